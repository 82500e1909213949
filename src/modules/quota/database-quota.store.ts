import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { QuotaRepository } from './quota.repository.js';
import { lot, merged, sumOf, type QuotaAnswer, type QuotaRequest, type QuotaStore } from './quota-store.js';
import { periodAt, type QuotaTaken } from './quota-window.js';

/**
 * The quota in the database: the shared one where there is no Redis or while it is away, and at any time
 * what a restarted process or an emptied Redis learns of the requests before.
 */
@Injectable()
export class DatabaseQuotaStore implements QuotaStore {
  /** This process, among those that share quotas. */
  readonly processId = randomBytes(9).toString('base64url');

  constructor(
    private readonly quotas: QuotaRepository,
    private readonly units: UnitOfWork,
  ) {}

  /**
   * Two processes that ask at the same moment do not see what the other is just granted, so the limit can be
   * passed by one lot of each: next to nothing, as lots shrink with what is left.
   */
  async take(request: QuotaRequest, known: ReadonlyMap<string, number>): Promise<QuotaAnswer> {
    const ctx = context();
    const others = merged(await this.quotas.takenBy(ctx, request), known);
    others.delete(this.processId);
    const left = request.limit - request.taken - sumOf(others);
    const granted = lot(left, request.need, request.want);
    if (granted > 0) {
      await this.units.bookkeeping(ctx, () =>
        this.quotas.record(ctx, this.processId, [{ ...request, taken: request.taken + granted }]),
      );
    }
    return { granted, others };
  }

  /** Notes what was taken from another store. */
  async record(quotas: readonly QuotaTaken[]): Promise<void> {
    const ctx = context();
    await this.units.bookkeeping(ctx, () => this.quotas.record(ctx, this.processId, quotas));
  }

  /** Deletes what no running period needs. */
  async deleteOld(now: number): Promise<void> {
    const ctx = context();
    await this.units.bookkeeping(ctx, async () => {
      await this.quotas.deleteBefore(ctx, 'minute', periodAt('minute', now) - 5);
      await this.quotas.deleteBefore(ctx, 'day', periodAt('day', now) - 1);
    });
  }
}

function context(): RequestContext {
  return RequestContext.system('usage-limits', newId('req'));
}
