import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';

/** What a test runs against; `jest.config.mjs` sets it for each lane. */
interface Lane {
  readonly name: 'sqlite' | 'mariadb' | 'bull' | 'browser' | 'docs';
  readonly mysqlUrl: string;
  readonly redisUrl: string;
  /** Names the run, so that what it leaves behind can be found and dropped. */
  readonly run: string;
  readonly directory: string;
}

declare global {
  var LANE: Lane;
}

/** The database of this lane; the `bull` lane is MariaDB with Redis, `browser` and `docs` are SQLite. */
export const laneDatabase: 'sqlite' | 'mariadb' = ['sqlite', 'browser', 'docs'].includes(globalThis.LANE.name)
  ? 'sqlite'
  : 'mariadb';

/** What a server of this lane needs beside its database: on MariaDB, the secret that its processes share. */
export const laneSettings: Readonly<Record<string, string>> =
  laneDatabase === 'mariadb' ? { APP_SECRET: 'a secret that all processes of the tests share' } : {};

/** `describe` for what only one of the databases does. */
export const describeOn = (database: typeof laneDatabase) =>
  database === laneDatabase ? describe : (_name: string, _tests: () => void) => undefined;

/** The Redis of the `bull` lane, or null where jobs run embedded. */
export const laneRedisUrl: string | null = globalThis.LANE.name === 'bull' ? globalThis.LANE.redisUrl : null;

/** A prefix for Redis keys that no other test uses. */
export function freshRedisPrefix(): string {
  return `bw_test_${globalThis.LANE.run}_${randomBytes(6).toString('hex')}`;
}

/** Where everything that this run writes lies until it ends. */
export function runDirectory(): string {
  return globalThis.LANE.directory;
}

/** A directory of the test's own. */
export async function freshDirectory(): Promise<string> {
  await mkdir(runDirectory(), { recursive: true });
  return mkdtemp(join(runDirectory(), 'test-'));
}

export interface FreshDatabase {
  /** As `DATABASE_URL` takes it. */
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * An empty database of the lane's kind that nobody else uses; whoever asked for it drops it. One with the
 * application's schema comes from `migratedDatabase`.
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  if (laneDatabase === 'mariadb') return freshMariadb();
  const directory = await freshDirectory();
  return {
    url: `sqlite:${join(directory, 'test.sqlite')}`,
    drop: () => rm(directory, { recursive: true, force: true }),
  };
}

async function freshMariadb(): Promise<FreshDatabase> {
  const { mysqlUrl, run } = globalThis.LANE;
  const name = `bw_test_${run}_${randomBytes(6).toString('hex')}`;
  const url = new URL(mysqlUrl);
  url.protocol = 'mariadb:';
  url.pathname = `/${name}`;
  await onServer(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  return { url: url.href, drop: () => onServer(`DROP DATABASE IF EXISTS ${name}`) };
}

async function onServer(sql: string): Promise<void> {
  const connection = await createConnection({ uri: globalThis.LANE.mysqlUrl });
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
