import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { isUniqueViolation } from '../../kernel/database/database-errors.js';
import { EventEntity } from './event.entity.js';
import { EventChainEntity } from './event-chain.entity.js';

@Injectable()
export class EventChainRepository {
  constructor(private readonly database: Database) {}

  /** The oldest entries that are not sealed yet, of all logs. */
  unsealed(ctx: RequestContext, limit: number): Promise<EventEntity[]> {
    return this.database
      .read(ctx)
      .find(EventEntity, { where: { sequence: IsNull() }, order: { id: 'ASC' }, take: limit });
  }

  /** Makes the chain when there is none, takes its row's lock for the rest of the unit, and reads it. */
  async lock(ctx: RequestContext, log: string): Promise<EventChainEntity> {
    const chain = (await this.database.lock(ctx, EventChainEntity, { log })) ?? (await this.begin(ctx, log));
    return { ...chain, last_sequence: Number(chain.last_sequence) };
  }

  private async begin(ctx: RequestContext, log: string): Promise<EventChainEntity> {
    const chain = { log, last_sequence: 0, last_hash: '' };
    try {
      await (await this.database.write(ctx)).insert(EventChainEntity, chain);
      return chain;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return (await this.database.lock(ctx, EventChainEntity, { log }))!;
    }
  }

  /** Seals one entry; false when another instance has done so. */
  async seal(
    ctx: RequestContext,
    id: string,
    sealed: Required<Pick<EventEntity, 'sequence' | 'previous_hash' | 'hash'>>,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    return (await manager.update(EventEntity, { id, sequence: IsNull() }, sealed)).affected === 1;
  }

  async advance(ctx: RequestContext, chain: EventChainEntity): Promise<void> {
    const { log, ...end } = chain;
    await (await this.database.write(ctx)).update(EventChainEntity, { log }, end);
  }
}
