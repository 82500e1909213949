import { Injectable } from '@nestjs/common';
import { In, LessThan, LessThanOrEqual } from 'typeorm';
import type { RequestContext } from '../context/request-context.js';
import { Database } from '../database/database.js';
import { OutboxJob } from './outbox.entity.js';

/** One run's hold on a job. A run whose hold has passed to another changes nothing any more. */
export type Claim = Pick<OutboxJob, 'id' | 'attempts'>;

@Injectable()
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  find(ctx: RequestContext, id: string): Promise<OutboxJob | null> {
    return this.database.read(ctx).findOneBy(OutboxJob, { id });
  }

  async insert(ctx: RequestContext, row: OutboxJob): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.insert(OutboxJob, row);
  }

  /** Takes a job that is due, or whose runner has died. False when somebody else has it. */
  async claim(ctx: RequestContext, id: string, now: Date, leaseUntil: Date): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const result = await manager
      .createQueryBuilder()
      .update(OutboxJob)
      .set({ status: 'running', attempts: () => 'attempts + 1', lease_until: leaseUntil })
      .where([
        { id, status: 'pending', run_at: LessThanOrEqual(now) },
        { id, status: 'running', lease_until: LessThan(now) },
      ])
      .execute();
    return result.affected === 1;
  }

  /** Changes a job one still holds; without effect when another run has taken it over. */
  async update(
    ctx: RequestContext,
    { id, attempts }: Claim,
    change: Partial<Pick<OutboxJob, 'status' | 'run_at' | 'lease_until' | 'last_error'>>,
  ): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.update(OutboxJob, { id, attempts, status: 'running' }, change);
  }

  async delete(ctx: RequestContext, { id, attempts }: Claim): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.delete(OutboxJob, { id, attempts, status: 'running' });
  }

  /** Ids of jobs among `names` that could run now, the longest due first. */
  async due(ctx: RequestContext, names: string[], now: Date, limit: number): Promise<string[]> {
    const rows = await this.database.read(ctx).find(OutboxJob, {
      select: { id: true },
      where: [
        { job: In(names), status: 'pending', run_at: LessThanOrEqual(now) },
        { job: In(names), status: 'running', lease_until: LessThan(now) },
      ],
      order: { run_at: 'ASC' },
      take: limit,
    });
    return rows.map(row => row.id);
  }

  /** When the pending job that has waited longest was due; null without any. */
  async oldestPending(ctx: RequestContext): Promise<Date | null> {
    const [row] = await this.database.read(ctx).find(OutboxJob, {
      select: { id: true, run_at: true },
      where: { status: 'pending' },
      order: { run_at: 'ASC' },
      take: 1,
    });
    return row?.run_at ?? null;
  }
}
