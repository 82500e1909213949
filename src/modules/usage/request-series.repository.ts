import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { TakesStatements } from '../../kernel/database/batch.js';
import { Database } from '../../kernel/database/database.js';
import { firstIdAt, timeOfId } from '../../kernel/database/ids.js';
import { bySize, inPieces } from '../../kernel/database/insert-rows.js';
import type { Condition } from '../../kernel/database/stretch.js';
import type { LogPart, SeriesSize } from './log-path.js';
import { RequestSeriesEntity } from './request-series.entity.js';
import { startOfHour } from './usage-range.js';
import type { RequestFilter, UsageScope } from './usage-scope.js';

const GIVEN_AT_ONCE = 1_000;
const IN_ROUTE = 'INSTR(LOWER(s.route), :text) > 0';

@Injectable()
export class RequestSeriesRepository {
  constructor(private readonly database: Database) {}

  /** The series in the scope that pass the filter, as `s`. */
  matching(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
  ): SelectQueryBuilder<RequestSeriesEntity> {
    const query = this.database.read(ctx).createQueryBuilder(RequestSeriesEntity, 's');
    const ofKey = filter.api_key_id !== undefined || (filter.own && 'api_key_id' in filter.own);
    // Of a key's series, which are few, SQLite then takes the index, rather than that of all the project's.
    const s = ofKey ? '+s' : 's';
    if ('project_id' in scope) query.where(`${s}.project_id = :project`, { project: scope.project_id });
    else query.where(`${s}.organization_id = :organization`, { organization: scope.organization_id });
    if (filter.project_id) query.andWhere(`${s}.project_id = :only`, { only: filter.project_id });
    if (filter.api_key_id) query.andWhere('s.api_key_id = :key', { key: filter.api_key_id });
    if (filter.member_id) query.andWhere('s.member_id = :member', { member: filter.member_id });
    if (filter.method) query.andWhere('s.method = :method', { method: filter.method });
    if (filter.route) query.andWhere('s.route = :route', { route: filter.route });
    if (filter.status) {
      const from = Number(filter.status.replace('xx', '00'));
      const to = filter.status.endsWith('xx') ? from + 99 : from;
      query.andWhere('s.status BETWEEN :from AND :to', { from, to });
    }
    if (filter.own && 'member_id' in filter.own) {
      query.andWhere('s.member_id = :ownMember', { ownMember: filter.own.member_id });
    } else if (filter.own) query.andWhere('s.api_key_id = :ownKey', { ownKey: filter.own.api_key_id });
    return query;
  }

  /**
   * The key that first made a successful request to one of these routes, and when: to the millisecond while the request
   * log has it, else to the hour. Null when none did.
   */
  async firstSuccess(
    ctx: RequestContext,
    projectId: string,
    routes: readonly string[],
  ): Promise<{ keyId: string; at: Date } | null> {
    const manager = this.database.read(ctx);
    const among = routes.map(() => '?').join(', ');
    const series = await manager.query<{ id: number; api_key_id: string; hour: number | null }[]>(
      `SELECT s.id, s.api_key_id, (SELECT MIN(h.hour) FROM usage_hours h WHERE h.series_id = s.id) AS hour
        FROM request_series s
        WHERE s.project_id = ? AND s.route IN (${among}) AND s.status BETWEEN 200 AND 299`,
      [projectId, ...routes],
    );
    const used = series.filter(({ hour }) => hour !== null);
    if (used.length === 0) return null;
    const first = used.reduce((one, other) => (other.hour! < one.hour! ? other : one));
    const end = firstIdAt('req', startOfHour(first.hour! + 1));
    const [line] = await manager.query<[{ id: string | null }]>(
      'SELECT MIN(id) AS id FROM request_logs WHERE series_id = ? AND id < ?',
      [first.id, end],
    );
    const at = line.id === null ? startOfHour(first.hour!) : new Date(timeOfId(line.id));
    return { keyId: first.api_key_id, at };
  }

  /**
   * Gives what was and will be recorded of a project to another organization: a thousand series at a time, since a
   * database that says nothing for seconds is taken for gone.
   */
  async giveTo(ctx: RequestContext, projectId: string, organizationId: string): Promise<void> {
    const manager = await this.database.write(ctx);
    for (let last = 0; ;) {
      const ids = await manager.query<{ id: number }[]>(
        'SELECT id FROM request_series WHERE project_id = ? AND id > ? ORDER BY id LIMIT ?',
        [projectId, last, GIVEN_AT_ONCE],
      );
      if (ids.length === 0) return;
      const [from, to] = [ids[0]!.id, ids.at(-1)!.id];
      await manager.query(
        'UPDATE request_series SET organization_id = ? WHERE project_id = ? AND id BETWEEN ? AND ?',
        [organizationId, projectId, from, to],
      );
      last = to;
    }
  }

  async ids(ctx: RequestContext, scope: UsageScope): Promise<number[]> {
    const rows = await this.matching(ctx, scope, {}).select('s.id', 'id').getRawMany<{ id: number }>();
    return rows.map(({ id }) => id);
  }

  async sizes(ctx: RequestContext, scope: UsageScope, filter: RequestFilter): Promise<SeriesSize[]> {
    const rows = await this.matching(ctx, scope, filter)
      .select('s.id', 'id')
      .addSelect('s.logged', 'logged')
      .getRawMany<SeriesSize>();
    return rows.map(row => ({ ...row, logged: Number(row.logged) }));
  }

  /** The series in the scope that pass the filter and have this text, in lower case, in their route. */
  async withRoute(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    text: string,
  ): Promise<number[]> {
    const rows = await this.matching(ctx, scope, filter)
      .select('s.id', 'id')
      .andWhere(IN_ROUTE, { text })
      .getRawMany<{ id: number }>();
    return rows.map(({ id }) => id);
  }

  /**
   * That a line `t` of the log is of a series in the scope that passes the filter, and has `text`, in lower case, in its
   * route. Each line looks its series up: there may be more series than a statement can name.
   */
  among(ctx: RequestContext, scope: UsageScope, filter: RequestFilter, text?: string): Condition {
    const query = this.matching(ctx, scope, filter).select('1').andWhere('s.id = t.series_id');
    if (text !== undefined) query.andWhere(IN_ROUTE, { text });
    const [sql, parameters] = query.getQueryAndParameters();
    // Databases turn EXISTS into a join that may begin with the series; this they cannot.
    return { sql: `(${sql}) = 1`, parameters: parameters as string[] };
  }

  /** How many lines the log has of the series in the scope that pass the filter. */
  async logged(ctx: RequestContext, scope: UsageScope, filter: RequestFilter): Promise<number> {
    const row = await this.matching(ctx, scope, filter)
      .select('COALESCE(SUM(s.logged), 0)', 'logged')
      .getRawOne<{ logged: number | string }>();
    return Number(row!.logged);
  }

  /** The id of the nth series after `after` that is in the scope and passes the filter; null where fewer follow. */
  async nthAfter(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    after: number,
    n: number,
  ): Promise<number | null> {
    const row = await this.matching(ctx, scope, filter)
      .select('s.id', 'id')
      .andWhere('s.id > :after', { after })
      .orderBy('s.id')
      .offset(n - 1)
      .limit(1)
      .getRawOne<{ id: number }>();
    return row?.id ?? null;
  }

  /** The parts of the log that belong to the scope: those of its projects. */
  async projects(ctx: RequestContext, scope: UsageScope): Promise<LogPart[]> {
    if ('project_id' in scope) return [{ column: 'project_id', value: scope.project_id }];
    const rows = await this.matching(ctx, scope, {})
      .select('DISTINCT s.project_id', 'id')
      .getRawMany<{ id: string }>();
    return rows.map(row => ({ column: 'project_id', value: row.id }));
  }

  /** Notes how many lines the request log has more, or fewer, by series; in the order of their ids, as everybody does. */
  async addLogged(into: TakesStatements, lines: ReadonlyMap<number, number>): Promise<void> {
    const sorted = [...lines].sort(([one], [other]) => one - other);
    const statement = bySize(
      size =>
        `UPDATE request_series SET logged = logged + CASE id ${'WHEN ? THEN ? '.repeat(size)}END ` +
        `WHERE id IN (${Array(size).fill('?').join(', ')})`,
    );
    for (const piece of inPieces(sorted, into, 64)) {
      await into.query(statement(piece.length), [...piece.flat(), ...piece.map(([id]) => id)]);
    }
  }
}
