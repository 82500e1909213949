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
        REDIS_URL: 'rediss://cache:6380/1',
        TRUST_PROXY: '10.0.0.0/8, ::1',
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
