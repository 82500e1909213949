import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { upsert, type UpsertTarget } from '../../kernel/database/upsert.js';
import { QuotaEntity } from './quota.entity.js';
import type { QuotaPeriod, QuotaPolicy, QuotaTaken } from './quota-window.js';

const TAKEN: UpsertTarget = {
  table: 'usage_quotas',
  keys: ['organization_id', 'policy', 'period', 'process_id'],
  values: ['taken'],
  onConflict: 'replace',
};

@Injectable()
export class QuotaRepository {
  constructor(private readonly database: Database) {}

  /** What each process has taken. */
  async takenBy(
    ctx: RequestContext,
    { organizationId, policy, period }: QuotaPeriod,
  ): Promise<Map<string, number>> {
    const where = { organization_id: organizationId, policy, period };
    const rows = await this.database.read(ctx).findBy(QuotaEntity, where);
    return new Map(rows.map(row => [row.process_id, Number(row.taken)]));
  }

  /** Notes what one process has taken of each quota. */
  async record(ctx: RequestContext, processId: string, quotas: readonly QuotaTaken[]): Promise<void> {
    const rows = quotas.map(quota => [
      quota.organizationId,
      quota.policy,
      quota.period,
      processId,
      quota.taken,
    ]);
    await upsert(await this.database.write(ctx), this.database.kind, TAKEN, rows);
  }

  async deleteBefore(ctx: RequestContext, policy: QuotaPolicy, period: number): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.delete(QuotaEntity, { policy, period: LessThan(period) });
  }
}
