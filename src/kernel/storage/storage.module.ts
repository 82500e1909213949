import { join } from 'node:path';
import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { BlobStorage } from './blob-storage.js';
import { DiskStorage } from './disk.storage.js';

/** Where bytes are kept, for every module: the data folder, or the S3-compatible store of `S3_URL`. */
@Global()
@Module({
  providers: [
    {
      provide: BlobStorage,
      inject: [Config],
      useFactory: async ({ s3, dataDir, mediaMaxBytes }: Config): Promise<BlobStorage> => {
        if (s3 === null) return new DiskStorage(join(dataDir, 'storage'));
        // Its client is large; a server that has no use for it starts without.
        const { S3Storage } = await import('./s3.storage.js');
        return new S3Storage(s3, mediaMaxBytes);
      },
    },
  ],
  exports: [BlobStorage],
})
export class StorageModule {}
