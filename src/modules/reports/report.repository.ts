import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { instantForDriver } from '../../kernel/database/instants.js';
import { Lists } from '../../kernel/database/lists.js';
import type { Stretch } from '../../kernel/database/stretch.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { ReportEntity } from './report.entity.js';

/** How many reports of a project may be queued or running. */
const MOST_AT_ONCE = 10;
/** How many files a project may have. */
const MOST_STORED = 1_000;

@Injectable()
export class ReportRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  find(ctx: RequestContext, projectId: string, id: string): Promise<ReportEntity | null> {
    return this.database.read(ctx).findOneBy(ReportEntity, { id, project_id: projectId, deleted: false });
  }

  /** The report, whatever its project, and also when it is deleted. */
  findAnywhere(ctx: RequestContext, id: string): Promise<ReportEntity | null> {
    return this.database.read(ctx).findOneBy(ReportEntity, { id });
  }

  /** The report, kept as it is by others until the unit of work ends. */
  async lock(ctx: RequestContext, projectId: string, id: string): Promise<ReportEntity | null> {
    const report = await this.database.lock(ctx, ReportEntity, { id, project_id: projectId });
    return report?.deleted ? null : report;
  }

  /** Newest first, one row more than `limit`. */
  newest(
    ctx: RequestContext,
    projectId: string,
    limit: number,
    after: string | null,
  ): Promise<ReportEntity[]> {
    return this.lists.newest(ctx, ReportEntity, [{ ...ofProject(projectId), before: after }], limit + 1);
  }

  total(ctx: RequestContext, projectId: string): Promise<number> {
    return this.lists.total(ctx, [ofProject(projectId)]);
  }

  /** @throws AppError `limit_reached` */
  async insert(ctx: RequestContext, report: ReportEntity): Promise<void> {
    const { project_id } = report;
    const waiting = { project_id, status: In(['queued' as const, 'running' as const]) };
    await this.database.refuseBeyond(ctx, ReportEntity, waiting, MOST_AT_ONCE);
    const manager = await this.database.write(ctx);
    if ((await manager.countBy(ReportEntity, { project_id, stored: true })) >= MOST_STORED)
      throw new AppError('limit_reached', { details: { limit: MOST_STORED } });
    await manager.insert(ReportEntity, report);
  }

  /** Begins another run; null when the report is written already, given up, or deleted. */
  async begin(ctx: RequestContext, id: string): Promise<ReportEntity | null> {
    const manager = await this.database.write(ctx);
    const { affected } = await manager
      .createQueryBuilder()
      .update(ReportEntity)
      .set({ status: 'running', stored: true, run: () => 'run + 1', progress: 0, rows: 0 })
      .where({ id, deleted: false, status: In(['queued', 'running']) })
      .execute();
    return affected === 1 ? manager.findOneBy(ReportEntity, { id }) : null;
  }

  /** Changes a report that this run is still the one to write; false when it is deleted, or another run has begun. */
  async updateRun(
    ctx: RequestContext,
    { id, run }: Pick<ReportEntity, 'id' | 'run'>,
    changes: Partial<ReportEntity>,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { id, run, status: 'running' as const, deleted: false };
    return (await manager.update(ReportEntity, which, changes)).affected === 1;
  }

  /** Gives up a report that is not written yet; false when it is, or is deleted. */
  async fail(ctx: RequestContext, id: string, changes: Partial<ReportEntity>): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { id, deleted: false, status: In(['queued' as const, 'running' as const]) };
    return (await manager.update(ReportEntity, which, { ...changes, status: 'failed' })).affected === 1;
  }

  async update(ctx: RequestContext, id: string, changes: Partial<ReportEntity>): Promise<void> {
    await (await this.database.write(ctx)).update(ReportEntity, { id }, changes);
  }

  /** Removes the row of a deleted report. */
  async remove(ctx: RequestContext, id: string): Promise<void> {
    await (await this.database.write(ctx)).delete(ReportEntity, { id, deleted: true });
  }

  /** How many files of a project were asked for before `before`. */
  countStored(ctx: RequestContext, projectId: string, before: Date): Promise<number> {
    // Text, which both databases compare with an instant: conditions take no dates.
    const at = String(instantForDriver('sqlite', before));
    const older = { sql: "t.status IN ('ready', 'expired') AND t.created_at < ?", parameters: [at] };
    return this.lists.count(ctx, [
      {
        table: 'reports',
        index: 'reports_stored',
        id: 'id',
        equal: { project_id: projectId, deleted: 0, stored: 1 },
        where: older,
      },
    ]);
  }

  /** Those asked for first, whose files there may still be. */
  storedBefore(ctx: RequestContext, projectId: string, before: Date, limit: number): Promise<ReportEntity[]> {
    return this.database.read(ctx).find(ReportEntity, {
      where: {
        project_id: projectId,
        deleted: false,
        stored: true,
        status: In(['ready', 'expired']),
        created_at: LessThan(before),
      },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  /** Says that a file is kept no longer; false when it is deleted. */
  async expire(ctx: RequestContext, id: string, at: Date): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const changes = { status: 'expired' as const, expired_at: at };
    const which = { id, deleted: false, status: In(['ready' as const, 'expired' as const]) };
    return (await manager.update(ReportEntity, which, changes)).affected === 1;
  }

  /** The run whose blob each of these reports may have. */
  async storedRuns(ctx: RequestContext, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database
      .read(ctx)
      .find(ReportEntity, { select: { id: true, run: true }, where: { id: In([...ids]), stored: true } });
    return new Map(rows.map(({ id, run }) => [id, run]));
  }
}

function ofProject(projectId: string): Stretch {
  return {
    table: 'reports',
    index: 'reports_list',
    id: 'id',
    equal: { project_id: projectId, deleted: 0 },
  };
}
