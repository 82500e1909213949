import { parseDatabaseUrl } from './database-url.js';

describe('parseDatabaseUrl', () => {
  it.each([
    ['sqlite:./data/app.sqlite', './data/app.sqlite'],
    ['sqlite:/var/lib/app.sqlite', '/var/lib/app.sqlite'],
    ['sqlite:///var/lib/app.sqlite', '/var/lib/app.sqlite'],
  ])('%s is the file %s', (value, file) => {
    expect(parseDatabaseUrl(value)).toEqual({ kind: 'sqlite', file });
  });

  it.each([
    ['mysql://user:secret@db:3306/bailiwick', 'mysql'],
    ['mariadb://db/bailiwick', 'mariadb'],
  ])('%s is a server', (value, kind) => {
    expect(parseDatabaseUrl(value)).toEqual({ kind, url: value });
  });

  it.each([
    'sqlite:',
    'sqlite::memory:',
    'sqlite://:memory:',
    'postgres://db/bailiwick',
    'mysql://db',
    'mysql://db/',
    'mysql:///bailiwick',
    'bailiwick.sqlite',
  ])('%s is refused', value => {
    expect(parseDatabaseUrl(value)).toBeNull();
  });
});
