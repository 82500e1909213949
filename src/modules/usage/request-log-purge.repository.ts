import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { timeOfId } from '../../kernel/database/ids.js';
import { upsert } from '../../kernel/database/upsert.js';
import type { RequestLogEntity } from './request-log.entity.js';
import { RequestSeriesRepository } from './request-series.repository.js';

type Line = Pick<RequestLogEntity, 'id' | 'series_id'>;

const HOUR_MS = 3_600_000;
const COUNTS = { values: ['requests', 'unlogged'], onConflict: 'add' } as const;

/** Deletes lines of the request log. Plain statements: millions of rows may go through here. */
@Injectable()
export class RequestLogPurgeRepository {
  constructor(
    private readonly database: Database,
    private readonly series: RequestSeriesRepository,
  ) {}

  /** The oldest lines of a project with an id before this one, kept as they are until the unit of work ends. */
  async oldest(ctx: RequestContext, projectId: string, before: string, limit: number): Promise<Line[]> {
    const manager = await this.database.write(ctx);
    const lock = this.database.kind === 'sqlite' ? '' : 'FOR UPDATE';
    return manager.query<Line[]>(
      `SELECT l.id, l.series_id FROM request_logs l /*! FORCE INDEX (request_logs_project) */
        WHERE l.project_id = ? AND l.id < ? ORDER BY l.id LIMIT ? ${lock}`,
      [projectId, before, limit],
    );
  }

  /**
   * Deletes lines. Their requests are counted as requests without a line from now on, by which the length of the log is
   * known. In the order in which lines are added, so that the two wait for each other instead of deadlocking.
   */
  async delete(ctx: RequestContext, lines: readonly Line[]): Promise<void> {
    const manager = await this.database.write(ctx);
    const ids = lines.map(({ id }) => id);
    await manager.query(`DELETE FROM request_logs WHERE id IN (${ids.map(() => '?').join(', ')})`, ids);
    const { kind } = this.database;
    const hours = counted(lines, ({ series_id, id }) => [series_id, Math.floor(timeOfId(id) / HOUR_MS)]);
    const days = counted(lines, ({ series_id, id }) => [
      series_id,
      Math.floor(timeOfId(id) / (24 * HOUR_MS)),
    ]);
    await upsert(manager, kind, { table: 'usage_hours', keys: ['series_id', 'hour'], ...COUNTS }, hours);
    await upsert(manager, kind, { table: 'usage_days', keys: ['series_id', 'day'], ...COUNTS }, days);
    const fewer = new Map<number, number>();
    for (const { series_id } of lines) fewer.set(series_id, (fewer.get(series_id) ?? 0) - 1);
    await this.series.addLogged(manager, fewer);
  }
}

/** How many lines have the same key, as rows of no more requests and so many more without a line. */
function counted(lines: readonly Line[], keyOf: (line: Line) => [number, number]): number[][] {
  const counts = new Map<string, number[]>();
  for (const line of lines) {
    const key = keyOf(line);
    const row = counts.get(key.join(' ')) ?? [...key, 0, 0];
    row[3]!++;
    counts.set(key.join(' '), row);
  }
  return [...counts.values()];
}
