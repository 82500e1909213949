import { QueryFailedError } from 'typeorm';
import { databaseTrouble } from './database-errors.js';

const failure = (extras: object) => Object.assign(new Error('failure'), extras);
const reset = { code: 'ECONNRESET' };

it.each([
  [
    'a query whose connection was lost',
    new QueryFailedError('SELECT 1', [], failure(reset)),
    'database_unavailable',
  ],
  [
    'a database that cannot be reached',
    failure({ code: 'ECONNREFUSED', fatal: true }),
    'database_unavailable',
  ],
  ['a deadlock', failure({ code: 'ER_LOCK_DEADLOCK' }), 'database_busy'],
  ['a client that left within its body', failure(reset), undefined],
  ['any other error', failure({}), undefined],
])('%s is trouble of the database, or is not', (_, error, code) => {
  expect(databaseTrouble(error)?.code).toBe(code);
});
