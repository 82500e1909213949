import { join } from 'node:path';
import type { Config } from '../config/config.js';
import type { BlobStorage } from './blob-storage.js';
import { DiskStorage } from './disk.storage.js';

/** The storage of the configuration: the S3-compatible store of `S3_URL`, else the data folder. */
export async function openStorage({ s3, dataDir, mediaMaxBytes }: Config): Promise<BlobStorage> {
  if (s3 === null) return new DiskStorage(join(dataDir, 'storage'));
  // Its client is large; a server that has no use for it starts without.
  const { S3Storage } = await import('./s3.storage.js');
  return new S3Storage(s3, mediaMaxBytes);
}
