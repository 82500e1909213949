import { Injectable } from '@nestjs/common';
import { In, LessThan, MoreThan } from 'typeorm';
import type { RequestContext } from '../context/request-context.js';
import { Database } from '../database/database.js';
import { IdempotencyRecord } from './idempotency.entity.js';

@Injectable()
export class IdempotencyRepository {
  constructor(private readonly database: Database) {}

  find(ctx: RequestContext, id: string, now: Date): Promise<IdempotencyRecord | null> {
    return this.database.read(ctx).findOneBy(IdempotencyRecord, { id, expires_at: MoreThan(now) });
  }

  /** Takes the place of an expired record; a live one makes it fail on the primary key. */
  async insert(ctx: RequestContext, record: IdempotencyRecord, now: Date): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.delete(IdempotencyRecord, { id: record.id, expires_at: LessThan(now) });
    await manager.insert(IdempotencyRecord, record);
  }

  /** Deletes at most `limit` records that expired before `now`; answers how many were found. */
  async deleteExpired(ctx: RequestContext, now: Date, limit: number): Promise<number> {
    const expired = await this.database
      .read(ctx)
      .find(IdempotencyRecord, { select: { id: true }, where: { expires_at: LessThan(now) }, take: limit });
    const ids = expired.map(({ id }) => id);
    // One that was renewed since is live again.
    if (ids.length)
      await (
        await this.database.write(ctx)
      ).delete(IdempotencyRecord, { id: In(ids), expires_at: LessThan(now) });
    return ids.length;
  }
}
