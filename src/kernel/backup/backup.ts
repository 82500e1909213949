import { appendFile, chmod, copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Config } from '../config/config.js';
import type { BlobStorage } from '../storage/blob-storage.js';
import { DiskStorage } from '../storage/disk.storage.js';
import { checkBackup, type ListedBlob } from './backup-check.js';
import { bytesOf } from './blob-bytes.js';
import { BlobList, type BlobRows, type StoredBytes } from './blob-rows.js';
import { keptFingerprint } from './kept-fingerprint.js';
import { Digest, digestOf, writeLines } from './lines-file.js';
import { BACKUP_FORMAT, type Manifest, placesIn, writeManifest } from './manifest.js';
import { readRows } from './open-rows.js';
import { plainLines } from './plain-lines.js';
import { RowDigest, rowText } from './row-digest.js';
import type { TableRows } from './table-rows.js';

/** How a backup names itself until it is whole. */
const UNFINISHED = '.unfinished';
const BLOBS_AT_ONCE = 4;

export interface BackupPlan {
  readonly config: Config;
  readonly storage: BlobStorage;
  /** The folder to make; it must not exist. */
  readonly to: string;
  /** The release that makes it. */
  readonly version: string;
  readonly blobRows: readonly BlobRows[];
  /** Files of the data folder with secrets that were generated. */
  readonly secretFiles: readonly string[];
  readonly progress: (text: string) => void;
}

/**
 * Copies a whole installation into a folder, while the server runs: what the database holds at one moment, the stored
 * bytes that its rows tell of, and the secrets that were generated. The copy is read again and compared before it gets
 * its name, so that nothing under that name was ever cut off.
 * @throws Error when `to` exists, or anything cannot be read or written
 */
export async function makeBackup(plan: BackupPlan): Promise<Manifest> {
  const { to } = plan;
  if (await exists(to)) throw new Error(`${to} exists: name a folder that does not.`);
  const unfinished = join(dirname(to), `${basename(to)}${UNFINISHED}-${process.pid}`);
  await mkdir(dirname(to), { recursive: true });
  await mkdir(unfinished, { mode: 0o700 });
  try {
    await writeAll(plan, unfinished);
    plan.progress('checking the copy');
    const manifest = await checkBackup(unfinished);
    await rename(unfinished, to);
    await flushFolder(dirname(to));
    return manifest;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function writeAll(plan: BackupPlan, folder: string): Promise<void> {
  const places = placesIn(folder);
  await mkdir(places.tables, { mode: 0o700 });
  const spool = `${places.blobList}.found`;
  const created_at = new Date().toISOString();
  const database = await writeDatabase(plan, folder, new BlobList(spool, plan.blobRows));
  // Only now, as bytes come before their rows: whatever a row of the snapshot tells of has been written.
  const blobs = await copyBlobs(plan, folder, spool);
  await rm(spool);
  await writeManifest(folder, {
    format: BACKUP_FORMAT,
    version: plan.version,
    created_at,
    database: plan.config.database.kind,
    ...database,
    blobs,
    secrets: await copySecrets(plan, folder),
  });
  await flushFolder(folder);
}

async function writeDatabase({ config, progress }: BackupPlan, folder: string, blobs: BlobList) {
  const source = await readRows(config.database);
  try {
    const migrations = [...(await source.migrations())];
    if (migrations.length === 0) throw new Error('The database is empty: there is nothing to back up.');
    const tables: Manifest['tables'] = [];
    for (const name of await source.tables()) {
      const table = await writeTable(source, name, placesIn(folder).table(name), blobs);
      progress(`${name}: ${table.rows} rows`);
      tables.push({ name, ...table });
    }
    await blobs.flush();
    return { migrations, tables, app_secret_fingerprint: await keptFingerprint(source) };
  } finally {
    await source.end();
  }
}

async function writeTable(source: TableRows, table: string, path: string, blobs: BlobList) {
  const columns = await source.columns(table);
  const watch = blobs.watcher(table, columns);
  const digest = new RowDigest();
  const lines = async function* () {
    yield JSON.stringify(columns);
    for await (const row of source.rows(table, columns)) {
      digest.add(row);
      await watch?.(row);
      yield rowText(row);
    }
  };
  const file = await writeLines(path, lines());
  return { rows: digest.rows, digest: digest.digest, ...file };
}

async function copyBlobs(
  { storage, progress }: BackupPlan,
  folder: string,
  spool: string,
): Promise<Manifest['blobs']> {
  const copies = new DiskStorage(placesIn(folder).blobs);
  const listed = `${spool}.copied`;
  const sums = { count: 0, total_bytes: 0, missing: 0, damaged: 0 };
  await appendFile(listed, '', { mode: 0o600 });
  const wanted = plainLines(spool);
  const copy = async () => {
    for await (const line of wanted) {
      const blob = JSON.parse(line) as StoredBytes;
      const copied = await copyBlob(storage, copies, blob);
      if (!copied) {
        sums.missing++;
        continue;
      }
      if (copied.bytes !== blob.bytes || copied.sha256 !== blob.sha256) sums.damaged++;
      sums.count++;
      sums.total_bytes += copied.bytes;
      await appendFile(listed, `${JSON.stringify(copied)}\n`);
      if (sums.count % 1_000 === 0) progress(`${sums.count} files`);
    }
  };
  // Each takes the next line of the same list.
  await Promise.all(Array.from({ length: BLOBS_AT_ONCE }, copy));
  const file = await writeLines(placesIn(folder).blobList, plainLines(listed));
  await rm(listed);
  return { ...file, ...sums };
}

/** Answers what was copied; null when it is gone, as what is deleted while the backup runs. */
async function copyBlob(from: BlobStorage, to: BlobStorage, blob: StoredBytes): Promise<ListedBlob | null> {
  const bytes = await bytesOf(from, blob);
  if (!bytes) return null;
  const digest = new Digest();
  await to.put(blob.key, passing(bytes, digest));
  return { key: blob.key, ...digest.value };
}

/** The same bytes, counted and hashed on their way. */
export function passing(bytes: Readable, digest: Digest): Readable {
  const through = digest.stream();
  bytes.once('error', error => through.destroy(error));
  through.once('close', () => bytes.destroy());
  return bytes.pipe(through);
}

async function copySecrets({ config, secretFiles }: BackupPlan, folder: string) {
  const secrets: Manifest['secrets'] = [];
  const places = placesIn(folder);
  for (const name of secretFiles) {
    const file = join(config.dataDir, name);
    if (!(await exists(file))) continue;
    await mkdir(places.secrets, { recursive: true, mode: 0o700 });
    await copyFile(file, places.secret(name));
    await chmod(places.secret(name), 0o600);
    secrets.push({ name, ...(await digestOf(places.secret(name))) });
  }
  return secrets;
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

/** Puts a folder's names on the disk. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
