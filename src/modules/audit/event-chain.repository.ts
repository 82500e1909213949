import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThanOrEqual, MoreThan, MoreThanOrEqual } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { isUniqueViolation } from '../../kernel/database/database-errors.js';
import { EventEntity } from './event.entity.js';
import { EventChainEntity, PLATFORM } from './event-chain.entity.js';

/** Among how many of the first entries that are kept one is looked for that was sealed before its turn. */
const LATE = 1_000;

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
    return withNumbers(chain);
  }

  async find(ctx: RequestContext, log: string): Promise<EventChainEntity | null> {
    const chain = await this.database.read(ctx).findOneBy(EventChainEntity, { log });
    return chain && withNumbers(chain);
  }

  /** Chains of all logs in the order of their names, after `after`. */
  async batch(ctx: RequestContext, after: string, limit: number): Promise<EventChainEntity[]> {
    const rows = await this.database.read(ctx).find(EventChainEntity, {
      where: { log: MoreThan(after) },
      order: { log: 'ASC' },
      take: limit,
    });
    return rows.map(withNumbers);
  }

  /** Sealed entries of a log in the order of their sequences, after `after`. */
  sealed(ctx: RequestContext, log: string, after: number, limit: number): Promise<EventEntity[]> {
    return this.database.read(ctx).find(EventEntity, {
      where: { project_id: log === PLATFORM ? IsNull() : log, sequence: MoreThan(after) },
      order: { sequence: 'ASC' },
      take: limit,
    });
  }

  /** The sequence of a log's first entry with this id or a later one; null when there is none, or when it is not sealed yet. */
  async sequenceFrom(ctx: RequestContext, projectId: string, id: string): Promise<number | null> {
    const [entry] = await this.database.read(ctx).find(EventEntity, {
      select: { id: true, sequence: true },
      where: { project_id: projectId, id: MoreThanOrEqual(id) },
      order: { id: 'ASC' },
      take: 1,
    });
    return entry?.sequence ? Number(entry.sequence) : null;
  }

  /** The sequence of the oldest entry that a log still has; null for an empty one. */
  async firstSequence(ctx: RequestContext, projectId: string): Promise<number | null> {
    const [entry] = await this.sealed(ctx, projectId, 0, 1);
    return entry ? Number(entry.sequence) : null;
  }

  private async begin(ctx: RequestContext, log: string): Promise<EventChainEntity> {
    const chain = {
      log,
      last_sequence: 0,
      last_hash: '',
      signed_sequence: null,
      signed_at: null,
      cut_sequence: 0,
      cut_hash: '',
    };
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

  /**
   * The last sealed entry of a project's log that is, with all before it, older than the first id that is kept; null when
   * the log begins with a younger one.
   */
  async lastBefore(
    ctx: RequestContext,
    { log, last_sequence }: EventChainEntity,
    firstKept: string,
  ): Promise<Pick<EventEntity, 'sequence' | 'hash'> | null> {
    const manager = await this.database.write(ctx);
    // Entries are sealed in the order of their ids but for those that committed late, which are not far from their place.
    const [kept] = await manager.query<[{ sequence: number | string | null }]>(
      `SELECT MIN(sequence) AS sequence FROM
        (SELECT sequence FROM events WHERE project_id = ? AND id >= ? ORDER BY id LIMIT ${LATE}) kept`,
      [log, firstKept],
    );
    const sequence = kept.sequence === null ? last_sequence : Number(kept.sequence) - 1;
    return sequence < 1 ? null : manager.findOneBy(EventEntity, { project_id: log, sequence });
  }

  /** Deletes the first entries of a project's log up to a sequence, at most so many; answers how many. */
  async deleteFirst(ctx: RequestContext, log: string, upTo: number, limit: number): Promise<number> {
    const manager = await this.database.write(ctx);
    const rows = await manager.find(EventEntity, {
      select: { id: true },
      where: { project_id: log, sequence: LessThanOrEqual(upTo) },
      order: { sequence: 'ASC' },
      take: limit,
    });
    if (rows.length === 0) return 0;
    return (await manager.delete(EventEntity, { id: In(rows.map(({ id }) => id)) })).affected ?? 0;
  }
}

function withNumbers(chain: EventChainEntity): EventChainEntity {
  const { last_sequence, signed_sequence, cut_sequence } = chain;
  return {
    ...chain,
    last_sequence: Number(last_sequence),
    cut_sequence: Number(cut_sequence),
    signed_sequence: signed_sequence === null ? null : Number(signed_sequence),
  };
}
