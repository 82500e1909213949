import './audit.events.js';
import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventLog } from '../../kernel/database/event-log.port.js';
import { EventFeed } from '../../kernel/facets/event-feed.port.js';
import { RefusalObserver } from '../../kernel/http/error.filter.js';
import { EventController } from './event.controller.js';
import { EventEntity } from './event.entity.js';
import { EventFacet } from './event.facet.js';
import { EventRepository } from './event.repository.js';
import { EventService } from './event.service.js';
import { EventChainEntity } from './event-chain.entity.js';
import { EventChainRepository } from './event-chain.repository.js';
import { StoredEventFeed } from './event-feed.service.js';
import { EventLogService } from './event-log.service.js';
import { EventSealer } from './event-sealer.service.js';
import { RefusalLog } from './refusal-log.service.js';

/**
 * The event log: every mutation's entry, and the routes that read them. An entry commits with what it tells of, and is sealed
 * into its log's hash chain within seconds. Global for the kernel's ports.
 */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([EventEntity, EventChainEntity])],
  controllers: [EventController],
  providers: [
    EventRepository,
    EventService,
    EventFacet,
    EventChainRepository,
    EventSealer,
    EventLogService,
    { provide: EventLog, useExisting: EventLogService },
    { provide: EventFeed, useClass: StoredEventFeed },
    RefusalLog,
    { provide: RefusalObserver, useExisting: RefusalLog },
  ],
  exports: [EventLog, EventFeed, RefusalLog, RefusalObserver],
})
export class AuditModule {}
