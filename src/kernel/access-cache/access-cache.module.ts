import { Global, Module } from '@nestjs/common';
import { AccessCache } from './access-cache.js';

/** What is remembered, for a second at most, of who may do what. */
@Global()
@Module({ providers: [AccessCache], exports: [AccessCache] })
export class AccessCacheModule {}
