import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { containsPattern, like } from '../../kernel/text/search.js';
import { Notification, type NotificationStatus } from './notification.entity.js';

@Injectable()
export class NotificationRepository {
  constructor(private readonly database: Database) {}

  async insert(ctx: RequestContext, row: Notification): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.insert(Notification, row);
  }

  findQueued(ctx: RequestContext, id: string): Promise<Notification | null> {
    return this.database.read(ctx).findOneBy(Notification, { id, status: 'queued' });
  }

  /** Ends a queued notification, or notes a failed attempt; one that has ended stays as it is. */
  async updateQueued(
    ctx: RequestContext,
    id: string,
    change: Partial<Pick<Notification, 'status' | 'sealed_body' | 'last_error' | 'sent_at'>>,
    { countAttempt }: { countAttempt: boolean },
  ): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.update(
      Notification,
      { id, status: 'queued' },
      countAttempt ? { ...change, attempts: () => 'attempts + 1' } : change,
    );
  }

  /** Newest first, one row more than `limit`. */
  list(
    ctx: RequestContext,
    filter: { status?: NotificationStatus; q?: string },
    limit: number,
    after: string | null,
  ): Promise<Notification[]> {
    const query = this.matching(ctx, filter.q);
    if (filter.status) query.andWhere('n.status = :status', { status: filter.status });
    if (after) query.andWhere('n.id < :after', { after });
    return query
      .orderBy('n.id', 'DESC')
      .limit(limit + 1)
      .getMany();
  }

  /** How many mails of each status match. */
  async countByStatus(
    ctx: RequestContext,
    q: string | undefined,
  ): Promise<Record<NotificationStatus, number>> {
    const rows = await this.matching(ctx, q)
      .select('n.status', 'status')
      .addSelect('COUNT(*)', 'count')
      .groupBy('n.status')
      .getRawMany<{ status: NotificationStatus; count: number | string }>();
    const counts = { queued: 0, sent: 0, failed: 0 };
    for (const row of rows) counts[row.status] = Number(row.count);
    return counts;
  }

  private matching(ctx: RequestContext, q: string | undefined): SelectQueryBuilder<Notification> {
    const query = this.database.read(ctx).createQueryBuilder(Notification, 'n');
    if (q) query.andWhere(like('n.search_text', 'q'), { q: containsPattern(q) });
    return query;
  }
}
