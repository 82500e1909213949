import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import type { EventEntity } from './event.entity.js';
import { PLATFORM } from './event-chain.entity.js';
import { EventChainRepository } from './event-chain.repository.js';
import { hashedForm, hashOf } from './event-hash.js';

const EVERY_MS = 1_000;
const BATCH = 500;

/**
 * Gives entries their place in their log's hash chain, about a second after they were written: in the
 * mutation's own transaction the chain's end would be a row that all writers of a project wait for.
 */
@Injectable()
export class EventSealer implements OnApplicationBootstrap {
  constructor(
    private readonly chains: EventChainRepository,
    private readonly units: UnitOfWork,
    private readonly recurring: RecurringJobs,
  ) {}

  onApplicationBootstrap(): void {
    this.recurring.every('events.seal', EVERY_MS, () => this.sealAll());
  }

  /** Seals everything committed so far. Instances that do so at once take turns by log. */
  async sealAll(): Promise<void> {
    const ctx = RequestContext.system('job:events.seal', newId('req'));
    for (;;) {
      const events = await this.chains.unsealed(ctx, BATCH);
      for (const [log, own] of byLog(events))
        await this.units.bookkeeping(ctx, () => this.sealLog(ctx, log, own));
      if (events.length < BATCH) return;
    }
  }

  private async sealLog(ctx: RequestContext, log: string, events: EventEntity[]): Promise<void> {
    const chain = await this.chains.lock(ctx, log);
    for (const event of events) {
      const sequence = chain.last_sequence + 1;
      const hash = hashOf(hashedForm(event, sequence, chain.last_hash));
      const sealed = await this.chains.seal(ctx, event.id, {
        sequence,
        previous_hash: chain.last_hash,
        hash,
      });
      if (!sealed) continue;
      chain.last_sequence = sequence;
      chain.last_hash = hash;
    }
    await this.chains.advance(ctx, chain);
  }
}

function byLog(events: EventEntity[]): Map<string, EventEntity[]> {
  const logs = new Map<string, EventEntity[]>();
  for (const event of events) {
    const log = event.project_id ?? PLATFORM;
    logs.set(log, [...(logs.get(log) ?? []), event]);
  }
  return logs;
}
