import type { Logger } from '@nestjs/common';
import type { BlobStorage } from './blob-storage.js';

const BATCH = 100;
/** A younger blob that nothing knows may belong to something that is going on. */
const YOUNG_MS = 60 * 60_000;
/** When so many blobs are unknown, and more than are known, the storage is rather another installation's. */
const SUSPICIOUS = 20;

/** Which of some blobs a module does not know. */
export type FindUnknown = (keys: readonly string[]) => Promise<readonly string[]>;

/**
 * Removes the blobs of a module that are an hour old and that nothing knows any more, which only a restored backup or a
 * mishap can leave.
 * @throws AppError `storage_unavailable`
 */
export async function removeOrphans(
  storage: BlobStorage,
  module: string,
  now: Date,
  unknownOf: FindUnknown,
  logger: Logger,
): Promise<void> {
  const old = now.getTime() - YOUNG_MS;
  const orphans: string[] = [];
  let known = 0;
  let batch: string[] = [];
  const look = async () => {
    const unknown = await unknownOf(batch);
    known += batch.length - unknown.length;
    orphans.push(...unknown);
    batch = [];
  };
  for await (const { key, at } of storage.list(module)) {
    if (at.getTime() > old) continue;
    if (batch.push(key) === BATCH) await look();
  }
  if (batch.length > 0) await look();
  if (orphans.length >= SUSPICIOUS && orphans.length > known) {
    const found = { unknown: orphans.length, known };
    logger.error(
      found,
      `most of the ${module} in the storage are not in the database: is it another one’s? Nothing is removed`,
    );
    return;
  }
  for (const key of orphans) await storage.delete(key);
  if (orphans.length > 0) logger.warn(`removed ${orphans.length} ${module} blobs that no row knew`);
}
