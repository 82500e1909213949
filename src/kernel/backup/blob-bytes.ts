import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BlobStorage } from '../storage/blob-storage.js';
import { Digest, type FileDigest } from './lines-file.js';

/** All bytes of a blob of known length; null when there is no such blob. @throws AppError `storage_unavailable` */
export async function bytesOf(
  storage: BlobStorage,
  { key, bytes }: { readonly key: string; readonly bytes: number },
): Promise<Readable | null> {
  // Stores refuse to read a part of nothing.
  if (bytes === 0) return Readable.from([]);
  // A byte more is asked for than there should be, so that a longer one is found out.
  const found = await storage.read(key, { start: 0, end: bytes });
  return Buffer.isBuffer(found) ? Readable.from(found.length ? [found] : []) : found;
}

/** Reads bytes to their end to say what they are known by. */
export async function digestOfBlob(bytes: Readable | null): Promise<FileDigest | null> {
  if (!bytes) return null;
  const digest = new Digest();
  await pipeline(bytes, digest.stream(), async chunks => {
    for await (const _chunk of chunks);
  });
  return digest.value;
}
