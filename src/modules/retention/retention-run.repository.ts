import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { isUniqueViolation } from '../../kernel/database/database-errors.js';
import { RetentionRoundEntity, RetentionRunEntity } from './retention-run.entity.js';

const ROUND = 'daily';

@Injectable()
export class RetentionRunRepository {
  constructor(private readonly database: Database) {}

  /**
   * Begins a run of a project, goes on with the holder's own, or takes over one whose holder is gone; null while somebody
   * else works on it.
   */
  async take(ctx: RequestContext, run: RetentionRunEntity, now: Date): Promise<RetentionRunEntity | null> {
    const { project_id, holder, lease_until } = run;
    const known = await this.database.lock(ctx, RetentionRunEntity, { project_id });
    const manager = await this.database.write(ctx);
    if (!known) {
      try {
        await manager.insert(RetentionRunEntity, run);
        return run;
      } catch (error) {
        if (isUniqueViolation(error)) return null;
        throw error;
      }
    }
    if (known.holder !== holder && known.lease_until > now) return null;
    await manager.update(RetentionRunEntity, { project_id }, { holder, lease_until });
    return { ...known, holder, lease_until };
  }

  /** Notes what a run has deleted so far, and that its holder is there; false when another one has taken it over. */
  async note(
    ctx: RequestContext,
    { project_id, holder, deleted, lease_until }: RetentionRunEntity,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const changes = { deleted, lease_until };
    return (await manager.update(RetentionRunEntity, { project_id, holder }, changes)).affected === 1;
  }

  /** Ends a run; false when another one has taken it over. */
  async end(ctx: RequestContext, { project_id, holder }: RetentionRunEntity): Promise<boolean> {
    const manager = await this.database.write(ctx);
    return (await manager.delete(RetentionRunEntity, { project_id, holder })).affected === 1;
  }

  /** Projects whose runs nobody works on any more, at most so many. */
  async abandoned(ctx: RequestContext, now: Date, limit: number): Promise<string[]> {
    const runs = await this.database.read(ctx).find(RetentionRunEntity, {
      where: { lease_until: LessThan(now) },
      order: { lease_until: 'ASC' },
      take: limit,
    });
    return runs.map(run => run.project_id);
  }

  /**
   * The next projects of a day's round, at most so many, which nobody else gets that day; none when all have been taken.
   */
  async nextOfRound(ctx: RequestContext, day: string, limit: number): Promise<string[]> {
    const round = await this.lockRound(ctx);
    const after = round.day < day ? '' : round.after;
    if (round.day > day) return [];
    const manager = await this.database.write(ctx);
    const rows = await manager.query<{ id: string }[]>(
      'SELECT id FROM projects WHERE id > ? ORDER BY id LIMIT ?',
      [after, limit],
    );
    const last = rows.at(-1)?.id ?? after;
    await manager.update(RetentionRoundEntity, { id: ROUND }, { day, after: last });
    return rows.map(({ id }) => id);
  }

  private async lockRound(ctx: RequestContext): Promise<RetentionRoundEntity> {
    const known = await this.database.lock(ctx, RetentionRoundEntity, { id: ROUND });
    if (known) return known;
    const round = { id: ROUND, day: '', after: '' };
    try {
      await (await this.database.write(ctx)).insert(RetentionRoundEntity, round);
      return round;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return (await this.database.lock(ctx, RetentionRoundEntity, { id: ROUND }))!;
    }
  }
}
