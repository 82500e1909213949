import { Global, Module } from '@nestjs/common';
import { Buffers } from './buffers.js';

/** Buffers for what is written a little later. `AppModule` flushes them a last time. */
@Global()
@Module({ providers: [Buffers], exports: [Buffers] })
export class BuffersModule {}
