import { Injectable } from '@nestjs/common';
import { LessThan, Not } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { TakesStatements } from '../../kernel/database/batch.js';
import { Database } from '../../kernel/database/database.js';
import { upsert, type UpsertTarget } from '../../kernel/database/upsert.js';
import { QuotaEntity } from './quota.entity.js';
import type { QuotaPolicy, QuotaWindow } from './quota-window.js';

const SPENT: UpsertTarget = {
  table: 'usage_quotas',
  keys: ['holder_id', 'policy', 'period', 'process_id'],
  values: ['taken'],
  onConflict: 'replace',
};

@Injectable()
export class QuotaRepository {
  constructor(private readonly database: Database) {}

  /** What all other processes, running or not, have spent in a window. */
  async spentByOthers(ctx: RequestContext, processId: string, window: QuotaWindow): Promise<number> {
    const { holderId, policy, period } = window;
    const where = { holder_id: holderId, policy, period, process_id: Not(processId) };
    return Number((await this.database.read(ctx).sum(QuotaEntity, 'taken', where)) ?? 0);
  }

  /** Notes what one process has spent in each window. */
  async record(into: TakesStatements, processId: string, windows: readonly QuotaWindow[]): Promise<void> {
    const rows = windows.map(({ holderId, policy, period, spentHere }) => [
      holderId,
      policy,
      period,
      processId,
      spentHere,
    ]);
    await upsert(into, this.database.kind, SPENT, rows);
  }

  /** Deletes at most `limit` windows of periods before `period`; answers how many were found. */
  async deleteBefore(
    ctx: RequestContext,
    policy: QuotaPolicy,
    period: number,
    limit: number,
  ): Promise<number> {
    const old = await this.database.read(ctx).find(QuotaEntity, {
      select: { holder_id: true, policy: true, period: true, process_id: true },
      where: { policy, period: LessThan(period) },
      take: limit,
    });
    if (old.length) await (await this.database.write(ctx)).delete(QuotaEntity, old);
    return old.length;
  }
}
