import { chmod, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import type { DatabaseLocation } from '../config/database-url.js';
import { migrateDatabase, type Migration } from '../database/migrate.js';
import { BESIDE_SQLITE } from '../database/sqlite-lock.js';
import type { BlobStorage } from '../storage/blob-storage.js';
import { DiskStorage } from '../storage/disk.storage.js';
import { exists, passing } from './backup.js';
import { checkBackup, columnsIn, listedBlobs, tableLines } from './backup-check.js';
import { bytesOf } from './blob-bytes.js';
import { expectContent, expectReferences, expectTables, migrationsNamed } from './filled-tables.js';
import { Digest } from './lines-file.js';
import { type Manifest, placesIn } from './manifest.js';
import { fillRows } from './open-rows.js';
import { rowOf } from './row-digest.js';
import type { Row } from './table-rows.js';

/** What a file system puts into a folder by itself. */
const OF_THE_DISK = new Set(['lost+found']);

export interface RestorePlan {
  readonly config: Config;
  readonly storage: BlobStorage;
  readonly from: string;
  /** All migrations of this release. */
  readonly migrations: readonly Migration[];
  /** Of the configured `APP_SECRET` and the former one; none when it is to come from the data folder. */
  readonly fingerprints: readonly string[];
  /** The file of the data folder with the generated secret. */
  readonly secretFile: string;
  readonly progress: (text: string) => void;
}

/**
 * Makes an empty installation what a backup holds, compares the rows with those that were read, and brings the schema up
 * to date.
 * @throws Error for a backup that is damaged or of a newer release, for a target that is not empty, and for another
 *   `APP_SECRET`; nothing has been written then
 */
export async function restoreBackup(plan: RestorePlan): Promise<Manifest> {
  const { config, from, progress } = plan;
  progress('checking the backup');
  const manifest = await checkBackup(from);
  const schema = migrationsNamed(manifest.migrations, plan.migrations, `The backup (${manifest.version})`);
  refuseAnotherSecret(plan, manifest);
  await refuseData(plan);
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  if (config.database.kind === 'sqlite') {
    // Under its name there is never a part of it.
    const { file } = config.database;
    const unfinished = `${file}.restoring`;
    await rm(unfinished, { force: true });
    await restoreDatabase({ kind: 'sqlite', file: unfinished }, manifest, schema, plan);
    await restoreFiles(plan, manifest);
    for (const rest of BESIDE_SQLITE) await rm(unfinished + rest, { force: true });
    await rename(unfinished, file);
  } else {
    await restoreDatabase(config.database, manifest, schema, plan);
    await restoreFiles(plan, manifest);
  }
  progress('bringing the schema up to date');
  await migrateDatabase(config.database, plan.migrations);
  return manifest;
}

function refuseAnotherSecret({ config, fingerprints, secretFile }: RestorePlan, manifest: Manifest): void {
  const { app_secret_fingerprint: needed, secrets } = manifest;
  if (config.appSecret === null) {
    if (secrets.some(({ name }) => name === secretFile)) return;
    throw new Error('Set APP_SECRET to the secret of the installation that was backed up.');
  }
  if (needed !== null && !fingerprints.includes(needed))
    throw new Error(
      'APP_SECRET is another one than that of the installation that was backed up, which could not be read with it.',
    );
}

async function refuseData({ config, storage, from }: RestorePlan): Promise<void> {
  const { dataDir, database } = config;
  const found = (await readdir(dataDir).catch(nothingIfMissing)).filter(name => !OF_THE_DISK.has(name));
  if (found.length > 0)
    throw new Error(`The data folder ${dataDir} is not empty (${found[0]}): restore into an empty one.`);
  if (database.kind === 'sqlite') {
    if (await exists(database.file))
      throw new Error(`The database ${database.file} exists: restore where there is none.`);
  } else {
    const rows = await fillRows(database);
    const [table] = await rows.tables().finally(() => rows.end());
    if (table) throw new Error(`The database is not empty (table ${table}): restore into an empty one.`);
  }
  const kinds = await readdir(placesIn(from).blobs).catch(nothingIfMissing);
  for (const kind of kinds)
    for await (const { key } of storage.list(kind))
      throw new Error(`The storage is not empty (${key}): restore into an empty one.`);
}

async function restoreDatabase(
  location: DatabaseLocation,
  { tables }: Manifest,
  schema: readonly Migration[],
  { from, progress }: RestorePlan,
): Promise<void> {
  await migrateDatabase(location, schema);
  const target = await fillRows(location);
  try {
    const places = placesIn(from);
    await expectTables(
      target,
      tables.map(({ name }) => name),
    );
    for (const { name, rows, digest } of tables) {
      await target.clear(name);
      const columns = await columnsIn(places.table(name));
      await target.insert(name, columns, rowsIn(places.table(name)));
      await expectContent(target, name, columns, { rows, digest });
      progress(`${name}: ${rows} rows`);
    }
    await expectReferences(target);
  } finally {
    await target.end();
  }
}

async function* rowsIn(path: string): AsyncGenerator<Row> {
  for await (const line of tableLines(path)) yield rowOf(line);
}

/** Brings stored bytes and secrets back. */
async function restoreFiles({ config, storage, from }: RestorePlan, manifest: Manifest): Promise<void> {
  const places = placesIn(from);
  const copies = new DiskStorage(places.blobs);
  for await (const blob of listedBlobs(from)) {
    const digest = new Digest();
    await storage.put(blob.key, passing((await bytesOf(copies, blob))!, digest));
    if (digest.value.sha256 !== blob.sha256) throw new Error(`${blob.key} was changed while it was copied.`);
  }
  for (const { name } of manifest.secrets) {
    const file = join(config.dataDir, name);
    await copyFile(places.secret(name), file);
    await chmod(file, 0o600);
  }
}

function nothingIfMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
