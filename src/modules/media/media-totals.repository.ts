import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { insertMissing } from '../../kernel/database/insert-rows.js';
import { type MediaTotals, MediaTotalsEntity } from './media-totals.entity.js';

export const NO_MEDIA: MediaTotals = { active: 0, suspended: 0, deleted: 0, live_bytes: 0, deleted_bytes: 0 };
const SUMS = Object.keys(NO_MEDIA) as (keyof MediaTotals)[];
const TARGET = { table: 'media_totals', columns: ['project_id', ...SUMS], key: ['project_id'] };

/**
 * Sums of each project's files, changed in the transaction that changes a file: nobody has to go through all of them to
 * count, and of several uploads at once the quota admits as many as fit.
 */
@Injectable()
export class MediaTotalsRepository {
  constructor(private readonly database: Database) {}

  async of(ctx: RequestContext, projectId: string): Promise<MediaTotals> {
    return (await this.ofEach(ctx, [projectId])).get(projectId) ?? NO_MEDIA;
  }

  /** Projects that never had a file are left out. */
  async ofEach(
    ctx: RequestContext,
    projectIds: readonly string[],
  ): Promise<ReadonlyMap<string, MediaTotals>> {
    if (projectIds.length === 0) return new Map();
    const rows = await this.database.read(ctx).findBy(MediaTotalsEntity, { project_id: In([...projectIds]) });
    return new Map(rows.map(row => [row.project_id, row]));
  }

  /**
   * Adds to the sums, or takes from them. With a `quota`, in bytes, only while the live files then keep within it, and
   * all that are stored within twice as much; answers whether they do.
   */
  async add(
    ctx: RequestContext,
    projectId: string,
    changes: Partial<MediaTotals>,
    quota: number | null = null,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    await insertMissing(manager, this.database.kind, TARGET, [[projectId, ...SUMS.map(() => 0)]]);
    const { live_bytes: live = 0, deleted_bytes: deleted = 0 } = changes;
    const update = manager
      .createQueryBuilder()
      .update(MediaTotalsEntity)
      .set(Object.fromEntries(SUMS.map(sum => [sum, () => `${sum} + ${Number(changes[sum] ?? 0)}`])))
      .where('project_id = :projectId', { projectId });
    if (quota !== null) {
      update.andWhere('live_bytes + :live <= :quota', { live, quota });
      update.andWhere('live_bytes + deleted_bytes + :all <= :most', { all: live + deleted, most: 2 * quota });
    }
    return (await update.execute()).affected === 1;
  }
}
