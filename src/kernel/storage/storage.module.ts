import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { BlobStorage } from './blob-storage.js';
import { openStorage } from './open-storage.js';

/** Where bytes are kept, for every module: the data folder, or the S3-compatible store of `S3_URL`. */
@Global()
@Module({
  providers: [
    {
      provide: BlobStorage,
      inject: [Config],
      useFactory: openStorage,
    },
  ],
  exports: [BlobStorage],
})
export class StorageModule {}
