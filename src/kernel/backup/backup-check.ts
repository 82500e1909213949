import { DiskStorage } from '../storage/disk.storage.js';
import { bytesOf, digestOfBlob } from './blob-bytes.js';
import { digestOf, type FileDigest, readLines } from './lines-file.js';
import { BackupDamaged, type Manifest, placesIn, readManifest } from './manifest.js';
import { RowDigest, rowOf } from './row-digest.js';

/** A line in the list of stored bytes. */
export interface ListedBlob extends FileDigest {
  readonly key: string;
}

/**
 * Reads a whole backup and compares it with its manifest: the hash of every file, and the count and hash of all rows and
 * stored bytes.
 * @throws BackupDamaged naming the first thing that is not what it was; Error for what is no backup
 */
export async function checkBackup(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  const places = placesIn(folder);
  for (const { name, rows, digest, ...file } of manifest.tables) {
    await expectFile(places.table(name), file);
    const found = new RowDigest();
    for await (const line of tableLines(places.table(name))) found.add(rowOf(line));
    if (found.rows !== rows || found.digest !== digest)
      throw new BackupDamaged(`table ${name} has not the rows that were read`);
  }
  for (const { name, ...file } of manifest.secrets) await expectFile(places.secret(name), file);
  await expectFile(places.blobList, manifest.blobs);
  const storage = new DiskStorage(places.blobs);
  let count = 0;
  for await (const blob of listedBlobs(folder)) {
    const found = await digestOfBlob(await bytesOf(storage, blob));
    if (found?.sha256 !== blob.sha256 || found.bytes !== blob.bytes)
      throw new BackupDamaged(`${blob.key} is missing or not what it was`);
    count++;
  }
  if (count !== manifest.blobs.count) throw new BackupDamaged('the list of files is not what it was');
  return manifest;
}

/** The stored bytes that a backup has. */
export async function* listedBlobs(folder: string): AsyncGenerator<ListedBlob> {
  for await (const line of readLines(placesIn(folder).blobList)) yield JSON.parse(line) as ListedBlob;
}

/** The columns of a table's file, which stand in its first line. */
export async function columnsIn(path: string): Promise<string[]> {
  for await (const line of readLines(path)) return JSON.parse(line) as string[];
  throw new BackupDamaged(`${path} is empty`);
}

/** The rows of a table's file, each a line. */
export async function* tableLines(path: string): AsyncGenerator<string> {
  let first = true;
  for await (const line of readLines(path)) {
    if (!first) yield line;
    first = false;
  }
}

async function expectFile(path: string, { bytes, sha256 }: FileDigest): Promise<void> {
  const found = await digestOf(path).catch((cause: NodeJS.ErrnoException) => {
    throw new BackupDamaged(`${path} cannot be read (${cause.code})`, cause);
  });
  if (found.bytes !== bytes || found.sha256 !== sha256) throw new BackupDamaged(`${path} is not what it was`);
}
