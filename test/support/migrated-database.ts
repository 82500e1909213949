import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { parseDatabaseUrl } from '../../src/kernel/config/database-url.js';
import { openDatabase, writerOptions } from '../../src/kernel/database/open-database.js';
import { WriterSource } from '../../src/kernel/database/writer-source.js';
import { MIGRATIONS } from '../../src/migrations/migrations.js';
import { type FreshDatabase, freshDatabase, laneDatabase, runDirectory } from './lane.js';

const SRC = join(__dirname, '../../src');
/** What decides on the schema: the migrations, and what they are written with. */
const SCHEMA_SOURCES = [join(SRC, 'migrations'), join(SRC, 'kernel/database')];

/**
 * A database that nobody else uses and that has the application's schema: a copy of one that went through the
 * migrations once in this run, since running them takes longer than most tests. Whoever asked for it drops it.
 */
export async function migratedDatabase(): Promise<FreshDatabase> {
  const template = await migratedOnce();
  const fresh = await freshDatabase();
  try {
    await copies[laneDatabase].fill(fresh.url, template);
    return fresh;
  } catch (error) {
    await fresh.drop();
    throw error;
  }
}

/** Brings the database at `url` up to date. */
export async function migrate(url: string): Promise<void> {
  const options = writerOptions(parseDatabaseUrl(url)!);
  const source = new WriterSource(Object.assign(options, { entities: [], migrations: MIGRATIONS }));
  await (await openDatabase(await source.initialize())).close();
}

/** All that the database at `url` holds, as a script that makes the same of an empty one; for MariaDB. */
export async function mariadbScript(url: string): Promise<string> {
  return onConnection(url, async connection => {
    const script = ['SET SESSION foreign_key_checks = 0'];
    for (const [table, type] of await rows(connection, 'SHOW FULL TABLES')) {
      if (type !== 'BASE TABLE') throw new Error(`${table} is a ${type}, which cannot be copied yet`);
      script.push((await rows(connection, 'SHOW CREATE TABLE ??', table))[0]![1]!);
      const content = await rows(connection, 'SELECT * FROM ??', table);
      if (content.length) script.push(connection.format('INSERT INTO ?? VALUES ?', [table, content]));
    }
    for (const [trigger] of await rows(connection, 'SHOW TRIGGERS')) {
      const [, mode, statement] = (await rows(connection, 'SHOW CREATE TRIGGER ??', trigger))[0]!;
      script.push(connection.format('SET SESSION sql_mode = ?', [mode]), statement!);
    }
    return `${script.join(';\n')};\n`;
  });
}

/** Does at `url` what {@link mariadbScript} wrote down. */
export async function runScript(url: string, script: string): Promise<void> {
  await onConnection(url, connection => connection.query(script));
}

/** How a migrated database is kept in a file, and an empty one filled from it. */
const copies = {
  sqlite: {
    keep: (file: string) => migrate(`sqlite:${file}`),
    fill: (url: string, template: string) => copyFile(template, url.replace(/^sqlite:/, '')),
  },
  mariadb: {
    keep: async (file: string) => {
      const scratch = await freshDatabase();
      try {
        await migrate(scratch.url);
        await writeFile(file, await mariadbScript(scratch.url));
      } finally {
        await scratch.drop();
      }
    },
    fill: async (url: string, template: string) => runScript(url, await readFile(template, 'utf8')),
  },
};

/** The file to copy from. Test files that ask for it at the same time each make it, and one of them stays. */
async function migratedOnce(): Promise<string> {
  const directory = runDirectory();
  const file = join(directory, `${laneDatabase}-${schemaChecksum()}`);
  if (existsSync(file)) return file;
  await mkdir(directory, { recursive: true });
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`;
  await copies[laneDatabase].keep(unfinished);
  await rename(unfinished, file);
  return file;
}

/** Differs as soon as the migrations do: `jest --watch` goes on after they were edited. */
function schemaChecksum(): string {
  const hash = createHash('sha256');
  for (const directory of SCHEMA_SOURCES) {
    for (const name of readdirSync(directory).sort()) hash.update(readFileSync(join(directory, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function rows(connection: Connection, sql: string, ...values: unknown[]): Promise<string[][]> {
  const [found] = await connection.query<RowDataPacket[][]>({
    sql: connection.format(sql, values),
    rowsAsArray: true,
  });
  return found as unknown as string[][];
}

async function onConnection<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection({
    uri: url,
    multipleStatements: true,
    // As the database has them, down to the last digit.
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}
