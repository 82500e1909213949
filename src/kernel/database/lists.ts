import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import {
  type EntityManager,
  type EntityTarget,
  type FindOptionsWhere,
  In,
  type ObjectLiteral,
} from 'typeorm';
import type { RequestContext } from '../context/request-context.js';
import { COUNTED } from './counted.js';
import { Database } from './database.js';
import { RecentCounts } from './recent-counts.js';
import { matching, newestIds, type Statement, type Stretch } from './stretch.js';
import { walk } from './walk.js';

/** Stretches read by one statement; SQLite takes at most 500. */
const STRETCHES_PER_STATEMENT = 50;
/** Of each of many stretches, the rows that are counted by one statement. */
const SHORT = 500;
const ROWS_PER_STATEMENT = 100;

/**
 * Reads and counts lists of any length, by statements of a few milliseconds each. A count that goes through
 * more than 10,000 rows may be five seconds old.
 */
@Injectable()
export class Lists {
  private readonly recent = new RecentCounts();

  constructor(private readonly database: Database) {}

  /** The newest rows of some stretches together, newest first. */
  async newest<E extends ObjectLiteral & { id: string }>(
    ctx: RequestContext,
    entity: EntityTarget<E>,
    stretches: readonly Stretch[],
    limit: number,
  ): Promise<E[]> {
    const manager = this.database.read(ctx);
    const ids = await this.newestIds(ctx, stretches, limit);
    const rows = new Map<string, E>();
    for (const some of batchesOf(ids, ROWS_PER_STATEMENT)) {
      const which = { id: In(some) } as unknown as FindOptionsWhere<E>;
      for (const row of await manager.findBy(entity, which)) rows.set(row.id, row);
      await turn();
    }
    return ids.flatMap(id => rows.get(id) ?? []);
  }

  /** The newest ids of some stretches together, newest first, each once. */
  async newestIds(ctx: RequestContext, stretches: readonly Stretch[], limit: number): Promise<string[]> {
    const manager = this.database.read(ctx);
    const plain = stretches.filter(({ where }) => !where);
    const found = await newestOf(manager, plain, limit, []);
    // What has to be searched is searched no further than what was found without reaches.
    const end = found.length < limit ? '' : found.at(-1)!;
    const searched = stretches
      .filter(({ where }) => where)
      .map(stretch => ({ ...stretch, from: end > (stretch.from ?? '') ? end : stretch.from }));
    return newestOf(manager, searched, limit, found);
  }

  /** As {@link newestIds}, but up to five seconds old when more than 10,000 rows had to be searched. */
  recentIds(ctx: RequestContext, stretches: readonly Stretch[], limit: number): Promise<string[]> {
    const key = stretches.map(stretch => keyOf('ids', String(limit), stretch)).join();
    return this.recent.of(key, async long => {
      const searched = stretches.map(stretch => ({ ...stretch, where: undefined }));
      if ((await this.total(ctx, searched)) > COUNTED) long();
      return this.newestIds(ctx, stretches, limit);
    });
  }

  /**
   * Rows with these values and ids of a range, oldest first, after the one with the id `after`: for whoever goes through
   * all of them. An index has to begin with the columns of `equal` and go on with the id.
   */
  following<E extends ObjectLiteral & { id: string }>(
    ctx: RequestContext,
    entity: EntityTarget<E>,
    equal: FindOptionsWhere<E>,
    { first, before }: { first: string | null; before: string },
    after: string | null,
    limit: number,
  ): Promise<E[]> {
    const query = this.database.read(ctx).createQueryBuilder(entity, 't').where(equal);
    query.andWhere('t.id < :before', { before });
    if (after) query.andWhere('t.id > :after', { after });
    else if (first) query.andWhere('t.id >= :first', { first });
    return query.orderBy('t.id', 'ASC').limit(limit).getMany();
  }

  /** How many rows some stretches have, at most one more than a page says. */
  async total(ctx: RequestContext, stretches: readonly Stretch[]): Promise<number> {
    return this.sum(ctx, stretches, COUNTED + 1);
  }

  /** How many rows some stretches have, at most `most`. */
  async count(ctx: RequestContext, stretches: readonly Stretch[], most = Infinity): Promise<number> {
    return this.sum(ctx, stretches, most);
  }

  /** How many rows each of some stretches without conditions has, in their order; one statement for fifty short ones. */
  async countEach(ctx: RequestContext, stretches: readonly Stretch[]): Promise<number[]> {
    const manager = this.database.read(ctx);
    const sizes = await sizesOf(manager, stretches);
    const counts: number[] = [];
    for (const stretch of stretches) {
      const size = sizes.get(stretch)!;
      counts.push(size < SHORT ? size : await this.walked(manager, stretch, Infinity));
    }
    return counts;
  }

  /** How many rows of a stretch have each value of `column`. */
  tally(ctx: RequestContext, stretch: Stretch, column: string): Promise<ReadonlyMap<string, number>> {
    const manager = this.database.read(ctx);
    return this.recent.of(keyOf('tally', column, stretch), async long => {
      const counts = new Map<string, number>();
      let seen = 0;
      await walk(manager, stretch, async (part, rows) => {
        const { sql, values } = matching(
          part,
          `${column} AS value, COUNT(*) AS found`,
          ` GROUP BY ${column}`,
        );
        for (const { value, found } of await manager.query<{ value: string; found: number | string }[]>(
          sql,
          values,
        )) {
          counts.set(value, (counts.get(value) ?? 0) + Number(found));
        }
        seen += rows ?? 0;
        if (seen > COUNTED) long();
        return true;
      });
      return counts;
    });
  }

  private async sum(ctx: RequestContext, stretches: readonly Stretch[], most: number): Promise<number> {
    const manager = this.database.read(ctx);
    const sizes = await sizesOf(manager, stretches);
    const short = stretches.filter(stretch => sizes.get(stretch)! < SHORT);
    let sum = 0;
    for (const stretch of short) if (!stretch.where) sum += sizes.get(stretch)!;
    const searched = short.filter(stretch => stretch.where && sizes.get(stretch)! > 0);
    for (const some of batchesOf(searched, STRETCHES_PER_STATEMENT)) sum += await countOf(manager, some);
    for (const stretch of stretches) {
      if (sizes.get(stretch)! < SHORT) continue;
      if (sum >= most) break;
      sum += await this.walked(manager, stretch, most);
    }
    return Math.min(sum, most);
  }

  private walked(manager: EntityManager, stretch: Stretch, most: number): Promise<number> {
    return this.recent.of(keyOf('count', String(most), stretch), async long => {
      let [count, seen] = [0, 0];
      await walk(manager, stretch, async (part, rows) => {
        count += part.where || rows === undefined ? await countOf(manager, [part]) : rows;
        seen += rows ?? 0;
        if (seen > COUNTED) long();
        return count < most;
      });
      return count;
    });
  }
}

/**
 * The newest of what was found already and of some stretches. Takes a share of them from each stretch, then more from
 * those that may have more of them.
 */
async function newestOf(
  manager: EntityManager,
  stretches: readonly Stretch[],
  limit: number,
  already: readonly string[],
): Promise<string[]> {
  const found = new Set(already);
  let newest = [...already];
  let open = stretches;
  for (let share = Math.ceil((2 * limit) / stretches.length); open.length; share *= 2) {
    const most = Math.min(share, limit);
    const heads = await headsOf(manager, open, most);
    for (const id of heads.flat()) found.add(id);
    newest = [...found].sort().reverse().slice(0, limit);
    const end = newest.length < limit ? '' : newest.at(-1)!;
    open = open.flatMap((stretch, at) => {
      const before = heads[at]!.at(-1);
      return heads[at]!.length === most && before! > end ? [{ ...stretch, before }] : [];
    });
  }
  return newest;
}

/** The newest ids of each stretch, at most so many. */
async function headsOf(
  manager: EntityManager,
  stretches: readonly Stretch[],
  most: number,
): Promise<string[][]> {
  const heads = new Map<Stretch, string[]>();
  const plain = stretches.filter(({ where }) => !where);
  for (const some of batchesOf(plain, STRETCHES_PER_STATEMENT)) {
    const { sql, values } = union(
      some.map(stretch => newestIds(stretch, most)),
      'id',
    );
    some.forEach(stretch => heads.set(stretch, []));
    const rows = await manager.query<{ place: number | string; id: string }[]>(sql, values);
    for (const { place, id } of rows) heads.get(some[Number(place)]!)!.push(id);
    await turn();
  }
  const searched = stretches.filter(({ where }) => where);
  const sizes = await sizesOf(manager, searched);
  for (const stretch of searched) {
    heads.set(stretch, sizes.get(stretch) ? await search(manager, stretch, most) : []);
  }
  return stretches.map(stretch => heads.get(stretch)!.sort().reverse());
}

async function search(manager: EntityManager, stretch: Stretch, most: number): Promise<string[]> {
  const ids: string[] = [];
  await walk(manager, stretch, async part => {
    const order = ` ORDER BY t.${stretch.id} DESC LIMIT ?`;
    const { sql, values } = matching(part, `t.${stretch.id} AS id`, order);
    const rows = await manager.query<{ id: string }[]>(sql, [...values, most - ids.length]);
    ids.push(...rows.map(({ id }) => id));
    return ids.length < most;
  });
  return ids;
}

/** How many rows each stretch has, whatever its `where` says; no more than {@link SHORT} of each are counted. */
async function sizesOf(
  manager: EntityManager,
  stretches: readonly Stretch[],
): Promise<ReadonlyMap<Stretch, number>> {
  const sizes = new Map<Stretch, number>();
  for (const some of batchesOf(stretches, STRETCHES_PER_STATEMENT)) {
    const { sql, values } = union(
      some.map(stretch => newestIds(stretch, SHORT)),
      'COUNT(*) AS found',
    );
    type Row = { place: number | string; found: number | string };
    const rows = await manager.query<Row[]>(sql, values);
    for (const { place, found } of rows) sizes.set(some[Number(place)]!, Number(found));
    await turn();
  }
  return sizes;
}

/** How many rows all of these stretches have. */
async function countOf(manager: EntityManager, stretches: readonly Stretch[]): Promise<number> {
  const { sql, values } = union(
    stretches.map(stretch => matching(stretch, `t.${stretch.id}`)),
    'COUNT(*) AS found',
  );
  const rows = await manager.query<{ found: number | string }[]>(sql, values);
  return rows.reduce((sum, { found }) => sum + Number(found), 0);
}

/** What `columns` says of each statement's rows, and at which place it stood. */
function union(statements: readonly Statement[], columns: string): Statement {
  return {
    sql: statements
      .map(({ sql }, at) => `SELECT ${at} AS place, ${columns} FROM (${sql}) p${at}`)
      .join(' UNION ALL '),
    values: statements.flatMap(({ values }) => values),
  };
}

function keyOf(what: string, how: string, { table, id, equal, from, before, join, where }: Stretch): string {
  return JSON.stringify([what, how, table, id, equal, from, before, join, where]);
}

function batchesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
