import { join } from 'node:path';
import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { BlobStorage } from './blob-storage.js';
import { DiskStorage } from './disk.storage.js';
import { S3Storage } from './s3.storage.js';

/** Where bytes are kept, for every module: the data folder, or the S3-compatible store of `S3_URL`. */
@Global()
@Module({
  providers: [
    {
      provide: BlobStorage,
      inject: [Config],
      useFactory: ({ s3, dataDir, mediaMaxBytes }: Config): BlobStorage =>
        s3 ? new S3Storage(s3, mediaMaxBytes) : new DiskStorage(join(dataDir, 'storage')),
    },
  ],
  exports: [BlobStorage],
})
export class StorageModule {}
