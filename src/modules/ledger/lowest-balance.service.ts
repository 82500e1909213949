import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { isActive } from './account.js';
import { AccountRepository } from './account.repository.js';

const BATCH = 500;
/** Every threshold of a project asks every few seconds, and all want the same. */
const KEPT_MS = 30_000;
const MOST_KEPT = 10_000;

interface Kept {
  readonly lowest: Promise<number | null>;
  readonly until: number;
}

/** The least that any customer of a project can spend. */
@Injectable()
export class LowestBalance {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly accounts: AccountRepository) {}

  /** Null while no customer has ever had credit. May be half a minute old. */
  of(ctx: RequestContext, projectId: string, now: Date): Promise<number | null> {
    const known = this.kept.get(projectId);
    if (known && known.until > performance.now()) return known.lowest;
    const lowest = this.measure(ctx, projectId, now);
    this.kept.delete(projectId);
    this.kept.set(projectId, { lowest, until: performance.now() + KEPT_MS });
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value!);
    lowest.catch(() => this.kept.delete(projectId));
    return lowest;
  }

  private async measure(ctx: RequestContext, projectId: string, now: Date): Promise<number | null> {
    const available = new Map<string, number>();
    for (let after = ''; ;) {
      const batch = await this.accounts.ofProject(ctx, projectId, after, BATCH);
      for (const account of batch) {
        const counts = isActive(account, now) ? account.total - account.used - account.frozen : 0;
        available.set(account.customer_row_id, (available.get(account.customer_row_id) ?? 0) + counts);
      }
      if (batch.length < BATCH) break;
      after = batch.at(-1)!.id;
      await turn();
    }
    let lowest = Infinity;
    for (const one of available.values()) lowest = Math.min(lowest, one);
    return lowest === Infinity ? null : lowest;
  }
}
