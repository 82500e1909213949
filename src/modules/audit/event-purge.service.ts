import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import type { Purge } from '../../kernel/facets/purging.js';
import { CheckpointService } from './checkpoint.service.js';
import { EventRepository } from './event.repository.js';
import type { EventChainEntity } from './event-chain.entity.js';
import { EventChainRepository } from './event-chain.repository.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** No entry goes before this age, whatever a project's settings say. */
const FEWEST_DAYS = 90;
/** Entries of one transaction: with all their indices, few enough that others wait some milliseconds only. */
const BATCH = 100;

/**
 * Deletes old entries of a project's log. The log is cut at one place: what is before it goes, oldest first, and where the
 * rest begins (sequence and hash of the last one that goes) is noted and signed before the first one is deleted. So the rest is
 * verifiable at any moment, also when the work is broken off.
 */
@Injectable()
export class EventPurge implements Purge {
  constructor(
    private readonly events: EventRepository,
    private readonly chains: EventChainRepository,
    private readonly checkpoints: CheckpointService,
    private readonly units: UnitOfWork,
  ) {}

  count(ctx: RequestContext, projectId: string, before: Date): Promise<number> {
    return this.events.countBefore(ctx, projectId, firstKept(before));
  }

  deleteBatch(ctx: RequestContext, projectId: string, before: Date, limit: number): Promise<number> {
    return this.units.bookkeeping(ctx, async () => {
      const chain = await this.chains.lock(ctx, projectId);
      const cut = await this.cut(ctx, chain, firstKept(before));
      return this.chains.deleteFirst(ctx, projectId, cut, Math.min(limit, BATCH));
    });
  }

  /** Moves the beginning of the log to its first entry that is kept; answers the sequence before it. */
  private async cut(ctx: RequestContext, chain: EventChainEntity, first: string): Promise<number> {
    const last = await this.chains.lastBefore(ctx, chain, first);
    const cut_sequence = Number(last?.sequence ?? 0);
    if (!last || cut_sequence <= chain.cut_sequence) return chain.cut_sequence;
    // It vouches for what will be gone.
    await this.checkpoints.signAt(ctx, chain, { sequence: cut_sequence, hash: last.hash! });
    await this.chains.advance(ctx, { ...chain, cut_sequence, cut_hash: last.hash! });
    return cut_sequence;
  }
}

/** The first id that is kept when entries older than `before` go. */
function firstKept(before: Date): string {
  const latest = Date.now() - FEWEST_DAYS * DAY_MS;
  return firstIdAt('evt', new Date(Math.min(before.getTime(), latest)));
}
