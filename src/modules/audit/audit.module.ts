import './audit.events.js';
import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Config } from '../../kernel/config/config.js';
import { EventLog } from '../../kernel/database/event-log.port.js';
import { EventFeed } from '../../kernel/facets/event-feed.port.js';
import { RefusalObserver } from '../../kernel/http/error.filter.js';
import { CheckpointController } from './checkpoint.controller.js';
import { CheckpointEntity } from './checkpoint.entity.js';
import { CheckpointRepository } from './checkpoint.repository.js';
import { CheckpointService } from './checkpoint.service.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { EventController } from './event.controller.js';
import { EventEntity } from './event.entity.js';
import { EventExport } from './event.export.js';
import { EventFacet } from './event.facet.js';
import { EventRepository } from './event.repository.js';
import { EventService } from './event.service.js';
import { EventChainEntity } from './event-chain.entity.js';
import { EventChainRepository } from './event-chain.repository.js';
import { StoredEventFeed } from './event-feed.service.js';
import { EventLogService } from './event-log.service.js';
import { EventPurge } from './event-purge.service.js';
import { EventSealer } from './event-sealer.service.js';
import { LogVerification } from './log-verification.service.js';
import { RefusalLog } from './refusal-log.service.js';
import { SigningKeyEntity } from './signing-key.entity.js';

/**
 * The event log: every mutation's entry, the routes that read them, and the checkpoints that show whether it was changed. An
 * entry commits with what it tells of, and is sealed into its log's hash chain within seconds. Global for the kernel's ports.
 */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([EventEntity, EventChainEntity, CheckpointEntity, SigningKeyEntity])],
  // The routes with names before those with ids.
  controllers: [CheckpointController, EventController],
  providers: [
    EventRepository,
    EventService,
    EventExport,
    EventFacet,
    EventChainRepository,
    EventSealer,
    CheckpointRepository,
    CheckpointService,
    {
      provide: CheckpointSigner,
      inject: [Config],
      useFactory: (config: Config) => CheckpointSigner.open(config),
    },
    LogVerification,
    EventPurge,
    EventLogService,
    { provide: EventLog, useExisting: EventLogService },
    { provide: EventFeed, useClass: StoredEventFeed },
    RefusalLog,
    { provide: RefusalObserver, useExisting: RefusalLog },
  ],
  exports: [EventService, EventLog, EventFeed, RefusalLog, RefusalObserver],
})
export class AuditModule {}
