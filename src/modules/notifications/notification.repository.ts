import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { Lists } from '../../kernel/database/lists.js';
import type { Stretch } from '../../kernel/database/stretch.js';
import { contains } from '../../kernel/text/search.js';
import { Notification, type NotificationStatus } from './notification.entity.js';

@Injectable()
export class NotificationRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  async insert(ctx: RequestContext, row: Notification): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.insert(Notification, row);
  }

  /** Whether as many mails as `most`, or more, were written to somebody since then. */
  async hasHad(ctx: RequestContext, userId: string, since: Date, most: number): Promise<boolean> {
    const [latest] = await this.database.read(ctx).find(Notification, {
      select: { id: true },
      where: { user_id: userId, created_at: MoreThan(since) },
      order: { created_at: 'DESC' },
      skip: most - 1,
      take: 1,
    });
    return latest !== undefined;
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
    const statuses: NotificationStatus[] = filter.status ? [filter.status] : ['queued', 'sent', 'failed'];
    const stretches = statuses.map(status => ({ ...inStatus(status, filter.q), before: after }));
    return this.lists.newest(ctx, Notification, stretches, limit + 1);
  }

  /** How many mails of each status match. */
  async countByStatus(
    ctx: RequestContext,
    q: string | undefined,
  ): Promise<Record<NotificationStatus, number>> {
    const count = (status: NotificationStatus) => this.lists.count(ctx, [inStatus(status, q)]);
    return { queued: await count('queued'), sent: await count('sent'), failed: await count('failed') };
  }
}

function inStatus(status: NotificationStatus, q: string | undefined): Stretch {
  const where = q ? contains('t.search_text', q) : undefined;
  return { table: 'notifications', index: 'notifications_status_id', id: 'id', equal: { status }, where };
}
