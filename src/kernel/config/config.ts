import { createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { formatNetwork, parseNetwork } from '../network/addresses.js';
import { parseDatabaseUrl } from './database-url.js';
import { geoipFileMistake } from './geoip-file.js';
import { parseS3Url } from './s3-url.js';
import { withSecretFiles } from './secret-files.js';

const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0', 'on', 'off'], { error: 'must be true or false' })
    .default(fallback ? 'true' : 'false')
    .transform(value => value === 'true' || value === '1' || value === 'on');

const anyWhole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine(value => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

const whole = (min: number, max: number, fallback: number) => anyWhole(min, max).default(fallback);

const url = (protocols: string[]) =>
  z.string().refine(value => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `must be a URL beginning with ${protocols.map(p => `${p}//`).join(' or ')}`,
  });

/** Whether a URL is only a place: links are made by adding a path to it. */
const isPlain = (value: string) => {
  const { username, search, hash } = new URL(value);
  return !username && !search && !hash;
};

/** The largest file: what S3 takes in 10,000 parts of 100 MB. */
const MOST_BYTES = 1_000_000_000_000;

const list = z.string().transform(value =>
  value
    .split(',')
    .map(entry => entry.trim())
    .filter(Boolean),
);

/** An address or CIDR whose word is taken for whom a request comes from; never everybody's. */
const proxy = (entry: string) => {
  const network = parseNetwork(entry);
  return network && network.bits > 0 ? formatNetwork(network) : null;
};

/** An origin as browsers send it; the server compares whole origins, so a wildcard would never match. */
const isOrigin = (value: string) =>
  URL.canParse(value) && new URL(value).origin === value && !value.includes('*');

const LOCAL = ['localhost', '127.0.0.1', '[::1]'];

const isSecureOrLocal = (value: string) =>
  new URL(value).protocol === 'https:' || LOCAL.includes(new URL(value).hostname);

/** A domain as it stands behind the @ of an address. */
const isDomain = (value: string) => /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(value) && value.length <= 253;

function isEd25519(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

const secret = z.string().min(32, 'must have at least 32 characters').optional();

const Environment = z.object({
  PORT: whole(0, 65_535, 3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: url(['http:', 'https:'])
    .refine(value => !URL.canParse(value) || isPlain(value), {
      error: 'must have no user name, query or fragment',
    })
    .optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: z
    .string()
    .refine(value => parseDatabaseUrl(value) !== null, {
      error:
        'must be sqlite:<file>, mysql://user:password@host/database or mariadb://… (in-memory SQLite is not supported)',
    })
    .optional(),
  REDIS_URL: url(['redis:', 'rediss:']).optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w{}:.-]{1,64}$/, 'must be 1 to 64 letters, digits or _ { } : . -')
    .default('bailiwick'),
  ADMIN_EMAIL: z
    .email({ pattern: z.regexes.html5Email, error: 'must be an e-mail address' })
    .default('admin@localhost.localdomain'),
  ADMIN_PASSWORD: z
    .string()
    .min(12, 'must have 12 to 128 characters')
    .max(128, 'must have 12 to 128 characters')
    .optional(),
  APP_SECRET: secret,
  APP_SECRET_PREVIOUS: secret,
  AUDIT_SIGNING_KEY: z
    .string()
    // As one line in files that have room for no more.
    .transform(pem => pem.replaceAll('\\n', '\n'))
    .refine(isEd25519, { error: 'must be an Ed25519 private key in PEM (PKCS #8)' })
    .optional(),
  SMTP_URL: url(['smtp:', 'smtps:']).optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^\r\n]+$/)
    .default('Bailiwick <bailiwick@localhost.localdomain>'),
  S3_URL: z
    .string()
    .superRefine((value, issue) => parseS3Url(value).mistakes.forEach(mistake => issue.addIssue(mistake)))
    .optional(),
  MEDIA_MAX_BYTES: whole(1, MOST_BYTES, 26_214_400),
  MEDIA_QUOTA_BYTES: anyWhole(1, Number.MAX_SAFE_INTEGER).optional(),
  TRUST_PROXY: list
    .refine(entries => entries.every(entry => proxy(entry) !== null), {
      error:
        'must be addresses or CIDRs such as 10.0.0.0/8, separated by commas; not /0, with which anybody could claim any address',
    })
    .transform(entries => entries.map(entry => proxy(entry)!))
    .default([]),
  GEOIP_DATABASE: z
    .string()
    .superRefine((path, issue) => {
      const mistake = geoipFileMistake(path);
      if (mistake) issue.addIssue(mistake);
    })
    .optional(),
  COUNTRY_HEADER: z
    .string()
    .regex(/^[\w-]{1,100}$/, 'must be the name of a header, such as CF-IPCountry')
    .toLowerCase()
    .optional(),
  REGISTRATION: z
    .enum(['open', 'invited', 'closed'], { error: 'must be open, invited or closed' })
    .default('open'),
  REGISTRATION_DOMAINS: list
    .transform(domains => domains.map(domain => domain.toLowerCase()))
    .refine(domains => domains.every(isDomain), {
      error:
        'must be domains of e-mail addresses such as example.com, separated by commas; without wildcards',
    })
    .default([]),
  REQUIRE_ADMIN_TOTP: flag(false),
  PASSWORD_LOGIN: flag(true),
  OIDC_ISSUER: url(['https:', 'http:'])
    .refine(value => !URL.canParse(value) || isSecureOrLocal(value), {
      error: 'must be https, but for a provider on this machine',
    })
    .optional(),
  OIDC_CLIENT_ID: z.string().max(500).optional(),
  OIDC_CLIENT_SECRET: z.string().max(2_000).optional(),
  MAX_ORGANIZATIONS: z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number from 0 to 999999')
    .transform(Number)
    .optional(),
  KEY_MAX_LIFETIME_DAYS: anyWhole(1, 36_500).optional(),
  MAIL_LIMIT_PER_HOUR: whole(0, 1_000_000, 20),
  RATE_LIMIT_PER_MINUTE: whole(1, 1_000_000_000, 1000),
  REQUESTS_PER_DAY: whole(1, 1_000_000_000_000, 100_000),
  PROMOTION_REVIEW: z.enum(['required', 'off'], { error: 'must be required or off' }).default('required'),
  WEBHOOK_ALLOW_HTTP: flag(false),
  WEBHOOK_ALLOW_PRIVATE: flag(false),
  RUN_JOBS: flag(true),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be fatal, error, warn, info, debug, trace or silent',
    })
    .default('info'),
  ACCESS_LOG: flag(false),
  METRICS_PORT: whole(0, 65_535, 0),
  CORS_ORIGINS: list
    .refine(origins => origins.every(isOrigin), {
      error: 'must be origins such as https://console.example.com, separated by commas; without wildcards',
    })
    .default([]),
});

/** The names of all settings. */
export const SETTINGS: readonly string[] = Object.keys(Environment.shape);

/** The configuration, read once from the environment and never changed afterwards. */
export class Config {
  private constructor(private readonly env: z.output<typeof Environment>) {}

  readonly port = this.env.PORT;
  readonly host = this.env.HOST;
  readonly dataDir = this.env.DATA_DIR;
  /** Base of every link the server hands out, without a trailing slash. */
  readonly publicUrl = (this.env.PUBLIC_URL ?? `http://localhost:${this.env.PORT}`).replace(/\/+$/, '');
  readonly database = parseDatabaseUrl(
    this.env.DATABASE_URL ?? `sqlite:${join(this.env.DATA_DIR, 'bailiwick.sqlite')}`,
  )!;
  readonly redisUrl = this.env.REDIS_URL ?? null;
  /** What every key in Redis begins with, so that installations can share one. */
  readonly redisPrefix = this.env.REDIS_PREFIX;
  readonly adminEmail = this.env.ADMIN_EMAIL;
  readonly adminPassword = this.env.ADMIN_PASSWORD ?? null;
  readonly appSecret = this.env.APP_SECRET ?? null;
  /** The secret before the current one, while it is being changed. */
  readonly previousAppSecret = this.env.APP_SECRET_PREVIOUS ?? null;
  /** The private key, in PEM, that signs checkpoints of the event log. */
  readonly auditSigningKey = this.env.AUDIT_SIGNING_KEY ?? null;
  readonly smtpUrl = this.env.SMTP_URL ?? null;
  readonly mailFrom = this.env.MAIL_FROM;
  /** Where blobs are kept; null for the data folder. */
  readonly s3 = this.env.S3_URL === undefined ? null : parseS3Url(this.env.S3_URL).place!;
  /** The largest media file, in bytes. */
  readonly mediaMaxBytes = this.env.MEDIA_MAX_BYTES;
  /** What all media files of a project may have together, in bytes; null for no limit. */
  readonly mediaQuotaBytes = this.env.MEDIA_QUOTA_BYTES ?? null;
  readonly trustProxy = this.env.TRUST_PROXY;
  /** A MaxMind-format database of locations; checked to be one. */
  readonly geoipDatabase = this.env.GEOIP_DATABASE ?? null;
  /** The header, in lower case, in which trusted proxies send the client's country. */
  readonly countryHeader = this.env.COUNTRY_HEADER ?? null;
  /** Who may register: everybody, people with an invitation, or nobody. Admins create accounts and invitations are accepted all the same. */
  readonly registration = this.env.REGISTRATION;
  /** The domains, in lower case, whose addresses may register; empty for all. */
  readonly registrationDomains = this.env.REGISTRATION_DOMAINS;
  /** Whether platform admins without two-factor sign-in can only set it up. */
  readonly requireAdminTotp = this.env.REQUIRE_ADMIN_TOTP;
  /** Whether people sign in with passwords; without, only the first admin does. */
  readonly passwordLogin = this.env.PASSWORD_LOGIN;
  /** The OpenID Connect provider that people may sign in with; null when there is none. */
  readonly oidc = this.env.OIDC_ISSUER
    ? {
        issuer: this.env.OIDC_ISSUER,
        clientId: this.env.OIDC_CLIENT_ID!,
        clientSecret: this.env.OIDC_CLIENT_SECRET ?? null,
      }
    : null;
  /** How many organizations a user may own beside the personal one; null for no limit. */
  readonly maxOrganizations = this.env.MAX_ORGANIZATIONS ?? null;
  /** How many days API keys may live at most; null for no limit. */
  readonly keyMaxLifetimeDays = this.env.KEY_MAX_LIFETIME_DAYS ?? null;
  /** Mails that one address may cause and one recipient may get; 0 for no limit. */
  readonly mailLimitPerHour = this.env.MAIL_LIMIT_PER_HOUR;
  readonly requestsPerMinute = this.env.RATE_LIMIT_PER_MINUTE;
  readonly requestsPerDay = this.env.REQUESTS_PER_DAY;
  /** Whether a production project needs an approved promotion. */
  readonly promotionReview = this.env.PROMOTION_REVIEW === 'required';
  /** Whether webhooks may go out by http, and to private addresses: for development and tests. */
  readonly webhookAllowHttp = this.env.WEBHOOK_ALLOW_HTTP;
  readonly webhookAllowPrivate = this.env.WEBHOOK_ALLOW_PRIVATE;
  readonly runJobs = this.env.RUN_JOBS;
  readonly logLevel = this.env.LOG_LEVEL;
  /** Whether each answer leaves a line in the server's log. */
  readonly accessLog = this.env.ACCESS_LOG;
  /** Port of the Prometheus endpoint; null when it is off. */
  readonly metricsPort = this.env.METRICS_PORT || null;
  readonly corsOrigins = this.env.CORS_ORIGINS;

  /**
   * Reads and validates the environment. Variables set to nothing count as not set.
   * @throws ConfigError listing every mistake at once.
   */
  static from(environment: Record<string, string | undefined>): Config {
    const set = Object.fromEntries(
      Object.entries(environment).filter(([, value]) => value !== '' && value !== undefined),
    );
    const { settings, mistakes } = withSecretFiles(set);
    const result = Environment.safeParse(settings);
    mistakes.push(...(result.error?.issues ?? []).map(issue => `${issue.path.join('.')}: ${issue.message}`));
    mistakes.push(...togetherWrong(settings, result.data));
    if (result.success && mistakes.length === 0) return new Config(result.data);
    throw new ConfigError(mistakes);
  }
}

/** What is wrong only with regard to other settings. */
function togetherWrong(
  given: Readonly<Record<string, string | undefined>>,
  read: z.output<typeof Environment> | undefined,
): string[] {
  const without = (name: string, needed: string, because = '') =>
    given[name] && !given[needed] ? [`${name}: requires ${needed}${because}`] : [];
  const onServer = /^(mysql|mariadb):/.test(given.DATABASE_URL ?? '');
  return [
    ...(onServer && !given.APP_SECRET
      ? [
          'APP_SECRET: is required with MySQL or MariaDB, because every process on the database needs the same one (openssl rand -base64 32)',
        ]
      : []),
    ...without('APP_SECRET_PREVIOUS', 'APP_SECRET', ', the one that takes its place'),
    ...without('COUNTRY_HEADER', 'TRUST_PROXY', ', because anybody could send the header otherwise'),
    ...without('OIDC_ISSUER', 'OIDC_CLIENT_ID'),
    ...without('OIDC_CLIENT_ID', 'OIDC_ISSUER'),
    ...without('OIDC_CLIENT_SECRET', 'OIDC_ISSUER'),
    ...(read?.PASSWORD_LOGIN === false && !given.OIDC_ISSUER
      ? ['PASSWORD_LOGIN: requires OIDC_ISSUER when it is false, because nobody could sign in otherwise']
      : []),
  ];
}

/** The environment is wrong; `mistakes` has a line for each variable. */
export class ConfigError extends Error {
  constructor(readonly mistakes: string[]) {
    super(`Configuration is not valid:\n${mistakes.map(line => `  - ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}
