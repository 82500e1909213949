import { Injectable } from '@nestjs/common';
import { LessThan, MoreThan } from 'typeorm';
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

  async deleteExpired(ctx: RequestContext, now: Date): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.delete(IdempotencyRecord, { expires_at: LessThan(now) });
  }
}
