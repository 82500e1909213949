import { Injectable } from '@nestjs/common';
import { IsNull, LessThan, MoreThan } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { isUniqueViolation } from '../../kernel/database/database-errors.js';
import { Lists } from '../../kernel/database/lists.js';
import type { Stretch } from '../../kernel/database/stretch.js';
import { CheckpointEntity } from './checkpoint.entity.js';
import { EventChainEntity } from './event-chain.entity.js';
import { SigningKeyEntity } from './signing-key.entity.js';

@Injectable()
export class CheckpointRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  /** Writes a checkpoint, and down in its chain that there is one. */
  async insert(ctx: RequestContext, checkpoint: CheckpointEntity): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.insert(CheckpointEntity, checkpoint);
    const { log, sequence: signed_sequence, created_at: signed_at } = checkpoint;
    const behind = [
      { log, signed_sequence: IsNull() },
      { log, signed_sequence: LessThan(signed_sequence) },
    ];
    for (const where of behind) await manager.update(EventChainEntity, where, { signed_sequence, signed_at });
  }

  /** The checkpoint at this place of a log. */
  async at(ctx: RequestContext, log: string, sequence: number): Promise<CheckpointEntity | null> {
    const found = await this.database.read(ctx).findOneBy(CheckpointEntity, { log, sequence });
    return found && withNumbers(found);
  }

  /** The one that was signed last. */
  async newest(ctx: RequestContext, log: string): Promise<CheckpointEntity | null> {
    const [found] = await this.database
      .read(ctx)
      .find(CheckpointEntity, { where: { log }, order: { id: 'DESC' }, take: 1 });
    return found ? withNumbers(found) : null;
  }

  /** Newest first, one row more than `limit`. */
  async list(
    ctx: RequestContext,
    log: string,
    limit: number,
    before: string | null,
  ): Promise<CheckpointEntity[]> {
    const rows = await this.lists.newest(ctx, CheckpointEntity, [{ ...ofLog(log), before }], limit + 1);
    return rows.map(withNumbers);
  }

  total(ctx: RequestContext, log: string): Promise<number> {
    return this.lists.total(ctx, [ofLog(log)]);
  }

  /** Those of a log in the order in which they were signed, after the one with the id `after`. */
  async following(
    ctx: RequestContext,
    log: string,
    after: string,
    limit: number,
  ): Promise<CheckpointEntity[]> {
    const rows = await this.database.read(ctx).find(CheckpointEntity, {
      where: { log, id: MoreThan(after) },
      order: { id: 'ASC' },
      take: limit,
    });
    return rows.map(withNumbers);
  }

  /** Every key that checkpoints were signed with, oldest first. */
  keys(ctx: RequestContext): Promise<SigningKeyEntity[]> {
    return this.database.read(ctx).find(SigningKeyEntity, { order: { created_at: 'ASC' } });
  }

  async addKey(ctx: RequestContext, key: SigningKeyEntity): Promise<void> {
    try {
      await (await this.database.write(ctx)).insert(SigningKeyEntity, key);
    } catch (error) {
      // Another instance has added it meanwhile.
      if (!isUniqueViolation(error)) throw error;
    }
  }
}

function ofLog(log: string): Stretch {
  return { table: 'event_checkpoints', index: 'event_checkpoints_list', id: 'id', equal: { log } };
}

function withNumbers(checkpoint: CheckpointEntity): CheckpointEntity {
  const { sequence, previous_sequence } = checkpoint;
  return {
    ...checkpoint,
    sequence: Number(sequence),
    previous_sequence: previous_sequence === null ? null : Number(previous_sequence),
  };
}
