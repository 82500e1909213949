import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { JobProcess } from './job-process.entity.js';
import { JobProcessRepository } from './job-process.repository.js';
import { OutboxDispatcher } from './outbox.dispatcher.js';
import { OutboxJob } from './outbox.entity.js';
import { Outbox } from './outbox.js';
import { OutboxProcessor } from './outbox.processor.js';
import { OutboxRepository } from './outbox.repository.js';
import { Workers } from './workers.js';

/** The outbox, for every module. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([OutboxJob, JobProcess])],
  providers: [OutboxRepository, Outbox, OutboxProcessor, OutboxDispatcher, JobProcessRepository, Workers],
  exports: [Outbox, Workers],
})
export class OutboxModule {}
