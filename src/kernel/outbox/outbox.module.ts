import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OutboxDispatcher } from './outbox.dispatcher.js';
import { OutboxJob } from './outbox.entity.js';
import { Outbox } from './outbox.js';
import { OutboxProcessor } from './outbox.processor.js';
import { OutboxRepository } from './outbox.repository.js';

/** The outbox, for every module. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([OutboxJob])],
  providers: [OutboxRepository, Outbox, OutboxProcessor, OutboxDispatcher],
  exports: [Outbox],
})
export class OutboxModule {}
