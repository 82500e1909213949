import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config, ConfigError } from './config.js';

/** The variables that are wrong, each with what is said of it. */
function mistakesOf(environment: Record<string, string>): string[] {
  try {
    Config.from(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

const SECRET = 'a secret of the tests, long enough';

describe('Config', () => {
  it('needs nothing to be set', () => {
    expect(Config.from({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:3000',
      dataDir: './data',
      database: { kind: 'sqlite', file: 'data/bailiwick.sqlite' },
      redisUrl: null,
      adminEmail: 'admin@localhost.localdomain',
      adminPassword: null,
      appSecret: null,
      smtpUrl: null,
      trustProxy: [],
      requestsPerMinute: 1000,
      requestsPerDay: 100_000,
      promotionReview: true,
      runJobs: true,
      logLevel: 'info',
      metricsPort: null,
      corsOrigins: [],
    });
  });

  it('takes what is set to nothing as not set', () => {
    expect(Config.from({ PORT: '', REDIS_URL: '', APP_SECRET: undefined })).toMatchObject({
      port: 3000,
      redisUrl: null,
    });
  });

  it('reads every form of a value', () => {
    expect(
      Config.from({
        PORT: '0',
        PUBLIC_URL: 'https://console.example.com/',
        DATA_DIR: '/srv/bailiwick',
        DATABASE_URL: 'mariadb://user:secret@db:3306/bailiwick',
        APP_SECRET: SECRET,
        REDIS_URL: 'rediss://cache:6380/1',
        TRUST_PROXY: '10.0.0.0/8, ::1',
        REGISTRATION: 'invited',
        REGISTRATION_DOMAINS: 'Example.com, example.org',
        PROMOTION_REVIEW: 'off',
        RUN_JOBS: '0',
        METRICS_PORT: '9100',
        CORS_ORIGINS: 'https://a.example.com,http://localhost:5173',
      }),
    ).toMatchObject({
      port: 0,
      publicUrl: 'https://console.example.com',
      database: { kind: 'mariadb', url: 'mariadb://user:secret@db:3306/bailiwick' },
      redisUrl: 'rediss://cache:6380/1',
      trustProxy: ['10.0.0.0/8', '::1'],
      registration: 'invited',
      registrationDomains: ['example.com', 'example.org'],
      promotionReview: false,
      runJobs: false,
      metricsPort: 9100,
      corsOrigins: ['https://a.example.com', 'http://localhost:5173'],
    });
  });

  it('keeps the SQLite file in the data folder unless told otherwise', () => {
    expect(Config.from({ DATA_DIR: '/srv/b' }).database).toEqual({
      kind: 'sqlite',
      file: '/srv/b/bailiwick.sqlite',
    });
  });

  it('lists every mistake at once', () => {
    const wrong = {
      PORT: '70000',
      PUBLIC_URL: 'console.example.com',
      DATABASE_URL: 'postgres://db/bailiwick',
      REDIS_URL: 'http://cache',
      ADMIN_EMAIL: 'root',
      ADMIN_PASSWORD: 'short',
      APP_SECRET: 'short',
      SMTP_URL: 'mail.example.com',
      TRUST_PROXY: 'everybody',
      REGISTRATION: 'perhaps',
      REGISTRATION_DOMAINS: '*.example.com',
      REQUIRE_ADMIN_TOTP: 'perhaps',
      PASSWORD_LOGIN: 'perhaps',
      MAX_ORGANIZATIONS: '-1',
      KEY_MAX_LIFETIME_DAYS: '0',
      RATE_LIMIT_PER_MINUTE: '0',
      REQUESTS_PER_DAY: '1e5',
      PROMOTION_REVIEW: 'maybe',
      RUN_JOBS: 'sometimes',
      LOG_LEVEL: 'loud',
      METRICS_PORT: '-1',
      CORS_ORIGINS: 'https://a.example.com/path',
    };
    expect(mistakesOf(wrong).map(line => line.split(':')[0])).toEqual(Object.keys(wrong));
  });

  it.each<Record<string, string>>([
    { TRUST_PROXY: '127/8' },
    { TRUST_PROXY: '010.0.0.1' },
    { TRUST_PROXY: '10.0.0.1, 0.0.0.0/0' },
    { TRUST_PROXY: '::/0' },
    { CORS_ORIGINS: 'https://*.example.com' },
    { OIDC_ISSUER: 'http://login.example.com', OIDC_CLIENT_ID: 'x' },
    { OIDC_ISSUER: 'https://login.example.com' },
    { OIDC_CLIENT_ID: 'x' },
    { PASSWORD_LOGIN: 'false' },
    { PUBLIC_URL: 'https://console.example.com/?a=b' },
    { PUBLIC_URL: 'https://user:hunter2@console.example.com' },
    { ADMIN_EMAIL: 'root@a-.com' },
  ])('refuses %j, which would not do what it seems to', wrong => {
    const [mistake, ...others] = mistakesOf(wrong);
    expect(others).toEqual([]);
    expect(mistake!.split(':')[0]).toBe(Object.keys(wrong)[0]);
    expect(mistake).not.toContain('hunter2');
  });

  it('takes networks in their canonical form', () => {
    expect(Config.from({ TRUST_PROXY: '10.1.2.3/8,::ffff:192.0.2.1' }).trustProxy).toEqual([
      '10.0.0.0/8',
      '192.0.2.1',
    ]);
  });

  it('says how to mend a mistake, and never repeats a secret', () => {
    const mistakes = mistakesOf({
      PORT: 'eighty',
      ADMIN_PASSWORD: 'hunter2',
      DATABASE_URL: 'mysql://root:hunter2@db',
    });
    expect(mistakes).toContain('PORT: must be a whole number from 0 to 65535');
    expect(mistakes.join('\n')).not.toContain('hunter2');
  });

  it('refuses SQLite in memory, which cannot have two connections', () => {
    expect(mistakesOf({ DATABASE_URL: 'sqlite::memory:' })).toEqual([
      expect.stringContaining('in-memory SQLite'),
    ]);
  });
});

describe('GEOIP_DATABASE and COUNTRY_HEADER', () => {
  let folder: string;

  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'bailiwick-config-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it('take a file in the MaxMind DB format, and a header of trusted proxies', async () => {
    const file = join(folder, 'places.mmdb');
    await writeFile(
      file,
      Buffer.concat([Buffer.alloc(300_000), Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')]),
    );
    const config = Config.from({
      GEOIP_DATABASE: file,
      COUNTRY_HEADER: 'CF-IPCountry',
      TRUST_PROXY: '10.0.0.1',
    });
    expect(config).toMatchObject({ geoipDatabase: file, countryHeader: 'cf-ipcountry' });
    expect(Config.from({})).toMatchObject({ geoipDatabase: null, countryHeader: null });
  });

  it('are refused otherwise, all mistakes together', async () => {
    const text = join(folder, 'places.csv');
    await writeFile(text, 'network,country\n');
    expect(mistakesOf({ GEOIP_DATABASE: join(folder, 'absent'), COUNTRY_HEADER: 'a b', PORT: 'x' })).toEqual([
      'PORT: must be a whole number from 0 to 65535',
      'GEOIP_DATABASE: cannot be read (ENOENT)',
      'COUNTRY_HEADER: must be the name of a header, such as CF-IPCountry',
      'COUNTRY_HEADER: requires TRUST_PROXY, because anybody could send the header otherwise',
    ]);
    expect(mistakesOf({ GEOIP_DATABASE: folder })).toEqual(['GEOIP_DATABASE: is no file']);
    expect(mistakesOf({ GEOIP_DATABASE: text })).toEqual([
      'GEOIP_DATABASE: is not a file in the MaxMind DB format',
    ]);
  });
});

describe('APP_SECRET', () => {
  it.each(['mysql', 'mariadb'])('is required with %s', kind => {
    const DATABASE_URL = `${kind}://db/bailiwick`;
    expect(mistakesOf({ DATABASE_URL })).toEqual([expect.stringMatching(/^APP_SECRET: is required/)]);
    expect(Config.from({ DATABASE_URL, APP_SECRET: SECRET }).appSecret).toBe(SECRET);
  });

  it('is what the previous one is replaced by', () => {
    expect(mistakesOf({ APP_SECRET_PREVIOUS: SECRET })).toEqual([
      expect.stringMatching(/^APP_SECRET_PREVIOUS: requires APP_SECRET/),
    ]);
    const both = { APP_SECRET: `${SECRET}!`, APP_SECRET_PREVIOUS: SECRET };
    expect(Config.from(both)).toMatchObject({ appSecret: `${SECRET}!`, previousAppSecret: SECRET });
  });
});

describe('a secret in a file', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'bailiwick-config-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('counts as if it were set, without the line end', async () => {
    const file = join(folder, 'secret');
    await writeFile(file, `${SECRET}\n`);
    expect(Config.from({ APP_SECRET_FILE: file })).toMatchObject({ appSecret: SECRET });
    await writeFile(file, 'mariadb://db/bailiwick');
    expect(Config.from({ DATABASE_URL_FILE: file, APP_SECRET: SECRET }).database).toEqual({
      kind: 'mariadb',
      url: 'mariadb://db/bailiwick',
    });
  });

  it('is named when it cannot be read, is empty, wrong or set twice', async () => {
    const missing = join(folder, 'missing');
    expect(mistakesOf({ SMTP_URL_FILE: missing })).toEqual([
      `SMTP_URL_FILE: ${missing} cannot be read (ENOENT)`,
    ]);
    const file = join(folder, 'secret');
    await writeFile(file, '\n');
    expect(mistakesOf({ ADMIN_PASSWORD_FILE: file })).toEqual([`ADMIN_PASSWORD_FILE: ${file} is empty`]);
    await writeFile(file, 'short');
    expect(mistakesOf({ APP_SECRET_FILE: file })).toEqual(['APP_SECRET: must have at least 32 characters']);
    expect(mistakesOf({ APP_SECRET_FILE: file, APP_SECRET: SECRET })).toEqual([
      'APP_SECRET_FILE: cannot be set together with APP_SECRET',
    ]);
  });
});
