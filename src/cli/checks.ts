import { randomBytes } from 'node:crypto';
import { access, constants, readFile, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { Redis } from 'ioredis';
import { keptFingerprint } from '../kernel/backup/kept-fingerprint.js';
import { readRows } from '../kernel/backup/open-rows.js';
import type { TableRows } from '../kernel/backup/table-rows.js';
import type { Config } from '../kernel/config/config.js';
import { isMissingFile } from '../kernel/config/missing-file.js';
import { APP_SECRET_FILE, Vault } from '../kernel/crypto/vault.js';
import { databaseMistake } from '../kernel/database/database-errors.js';
import { FACTS_TABLE } from '../kernel/database/installation-facts.js';
import { probe } from '../kernel/database/probe.js';
import { openStorage } from '../kernel/storage/open-storage.js';
import { SmtpMailer } from '../modules/notifications/smtp.mailer.js';
import { schemaOf } from './migrate.command.js';

/** What a check found: a sentence, and for what is wrong how to put it right. */
export interface Finding {
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
}

const REDIS_MS = 3_000;
const MOST_CLOCK_MS = 2_000;
/** 1 GB. */
const FEWEST_FREE_BYTES = 1e9;

const fine = (detail: string): Finding => ({ ok: true, detail });
const wrong = (detail: string, fix: string): Finding => ({ ok: false, detail, fix });

/** Every check, in the order they are made. */
export const CHECKS: Readonly<Record<string, (config: Config) => Promise<Finding>>> = {
  database: orFailed(
    database,
    'See that DATABASE_URL is right, and that the database runs and may be written to.',
  ),
  schema: orFailed(schema, 'Put the database right first.'),
  secret: orFailed(secret, 'Put the database right first.'),
  clock: orFailed(clock, 'Put the database right first.'),
  redis: orFailed(redis, 'See that REDIS_URL is right, and that Redis runs.'),
  mail: orFailed(mail, 'See that SMTP_URL is right, and that the mail server runs.'),
  storage: orFailed(storage, 'See that the storage is there and may be written to.'),
  disk: orFailed(disk, 'See that DATA_DIR is right.'),
};

async function database({ database: location }: Config): Promise<Finding> {
  if (location.kind === 'sqlite' && (await isMissingFile(location.file)))
    return fine(`${location.file} does not exist yet; the first start makes it`);
  const tables = await reading(location, rows => rows.tables());
  await probe(location, tables?.includes(FACTS_TABLE) ? FACTS_TABLE : null);
  return fine(`${location.kind} can be reached and written to`);
}

async function schema(config: Config): Promise<Finding> {
  const { run, pending, unknown } = await schemaOf(config);
  if (unknown.length)
    return wrong(`a newer release has changed it (${unknown[0]})`, 'Run that release, or revert with it.');
  if (run.length === 0) return fine('empty; the first start makes it');
  if (pending.length)
    return wrong(`${pending.length} migrations are waiting`, 'Start the server, or run `migrate`.');
  return fine(`up to date (${run.length} migrations)`);
}

async function secret({
  database: location,
  appSecret,
  previousAppSecret,
  dataDir,
}: Config): Promise<Finding> {
  const kept = await reading(location, keptFingerprint);
  if (kept === null) return fine('no data was written with one yet');
  const used = appSecret ?? (await generatedSecret(dataDir));
  if (used === null)
    return wrong(
      `there is none, and the data needs it`,
      `Put ${APP_SECRET_FILE} back into DATA_DIR, or set APP_SECRET.`,
    );
  const { current, previous } = new Vault(used, previousAppSecret).fingerprints;
  if (kept === current) return fine('APP_SECRET is the one that the data was written with');
  if (kept === previous)
    return wrong('the data was written with APP_SECRET_PREVIOUS', 'Run `rotate-secret`.');
  return wrong(
    'the data was written with another APP_SECRET',
    'Set that one, or see `rotate-secret --help`.',
  );
}

async function clock({ database: location }: Config): Promise<Finding> {
  if (location.kind === 'sqlite') return fine('the database uses the one of this machine');
  const ahead = (await probe(location, null)).clockAheadMs!;
  if (Math.abs(ahead) <= MOST_CLOCK_MS) return fine(`within ${MOST_CLOCK_MS / 1_000} s of the database's`);
  return wrong(
    `${Math.abs(ahead)} ms ${ahead > 0 ? 'behind' : 'ahead of'} the database's`,
    'Synchronize both by NTP.',
  );
}

async function redis({ redisUrl, database: location }: Config): Promise<Finding> {
  if (redisUrl === null)
    return fine(
      `not used${location.kind === 'sqlite' ? '' : '; several processes need REDIS_URL to share limits'}`,
    );
  const client = new Redis(redisUrl, {
    lazyConnect: true,
    connectTimeout: REDIS_MS,
    commandTimeout: REDIS_MS,
    retryStrategy: () => null,
  });
  let cause: Error | null = null;
  client.on('error', (error: Error) => (cause = error));
  try {
    await client.connect();
    const policy = /maxmemory_policy:(\S+)/.exec(await client.info('memory'))?.[1] ?? 'noeviction';
    if (policy === 'noeviction') return fine('answers');
    return wrong(`may forget jobs (maxmemory-policy ${policy})`, 'Set maxmemory-policy to noeviction.');
  } catch (error) {
    throw cause ?? error;
  } finally {
    client.disconnect();
  }
}

async function mail({ smtpUrl, mailFrom }: Config): Promise<Finding> {
  if (smtpUrl === null) return fine('SMTP_URL is not set: mails become files');
  await new SmtpMailer(smtpUrl, mailFrom).verify();
  return fine('the mail server answers; `mail test` sends a mail');
}

async function storage(config: Config): Promise<Finding> {
  if (config.s3 === null) {
    await access(await existingPart(config.dataDir), constants.W_OK);
    return fine('files are kept in the data folder, which may be written to');
  }
  const store = await openStorage(config);
  const key = `check/${randomBytes(8).toString('hex')}`;
  await store.put(key, Readable.from([Buffer.from('check')]));
  const found = await store.read(key, { start: 0, end: 4 });
  if (found && !Buffer.isBuffer(found)) for await (const _chunk of found);
  await store.delete(key);
  return found ? fine('the bucket takes, shows and deletes files') : wrong('a file was lost', 'See S3_URL.');
}

async function disk({ dataDir }: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(await existingPart(dataDir));
  const free = bavail * bsize;
  const detail = `${(free / 1e9).toFixed(1)} GB are free at ${dataDir}`;
  return free >= FEWEST_FREE_BYTES ? fine(detail) : wrong(detail, 'Make room.');
}

/** A check that fails when what it looks at throws. Of a database's errors, the code alone: their text may quote the URL. */
function orFailed(look: (config: Config) => Promise<Finding>, fix: string) {
  return async (config: Config): Promise<Finding> => {
    try {
      return await look(config);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return wrong(databaseMistake(error) ?? code ?? message, fix);
    }
  };
}

/** Reads something of the database; null when there is none yet. */
async function reading<T>(
  location: Config['database'],
  read: (rows: TableRows) => Promise<T>,
): Promise<T | null> {
  if (location.kind === 'sqlite' && (await isMissingFile(location.file))) return null;
  const rows = await readRows(location);
  try {
    return await read(rows);
  } finally {
    await rows.end();
  }
}

async function generatedSecret(dataDir: string): Promise<string | null> {
  const file = join(dataDir, APP_SECRET_FILE);
  return (await isMissingFile(file)) ? null : (await readFile(file, 'utf8')).trim();
}

/** The folder itself, or the nearest one above it that is there: the first start makes the rest. */
async function existingPart(folder: string): Promise<string> {
  const path = resolve(folder);
  return (await isMissingFile(path)) ? existingPart(dirname(path)) : path;
}
