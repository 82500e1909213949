import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { Notification } from './notification.entity.js';

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
}
