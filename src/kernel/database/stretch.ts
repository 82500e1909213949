/**
 * A condition on `t`, the stretch's table, or on what is joined to it. `+` before a column keeps SQLite from taking
 * another index for it; elsewhere it means nothing.
 */
export interface Condition {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
}

/**
 * A part of a table that an index holds in the order of its ids: where its leading columns have these values.
 * What a list shows is the union of some of them, so that its order costs no sorting and its filters no search.
 */
export interface Stretch {
  readonly table: string;
  /** The column the stretch is ordered by. */
  readonly id: string;
  /** The index that holds it: MySQL and MariaDB might take another one and sort, or read the whole table. */
  readonly index?: string;
  readonly equal: Readonly<Record<string, string | number>>;
  /** Ids from this one on. */
  readonly from?: string | null;
  /** Ids before this one. */
  readonly before?: string | null;
  /** What the index does not know, hence is found by walking. */
  readonly where?: Condition;
  /** Joined to `t` when `where` is asked; `CROSS JOIN … ON`, which keeps SQLite from beginning with the other table. */
  readonly join?: string;
}

/** A statement with the values of its places. */
export interface Statement {
  readonly sql: string;
  readonly values: (string | number)[];
}

/** The newest ids of a stretch, whatever its `where` says; the first `offset` of them left out. */
export function newestIds(stretch: Stretch, limit: number, offset = 0): Statement {
  const { sql, values } = range(stretch);
  const ids = `SELECT t.${stretch.id} AS id FROM ${tableOf(stretch)} WHERE ${sql}`;
  return { sql: `${ids} ORDER BY t.${stretch.id} DESC LIMIT ? OFFSET ?`, values: [...values, limit, offset] };
}

/** What `columns` says of the rows of a stretch that its `where` is true of. */
export function matching(stretch: Stretch, columns: string, rest = ''): Statement {
  const { sql, values } = range(stretch);
  const { join = '', where } = stretch;
  return {
    sql: `SELECT ${columns} FROM ${tableOf(stretch)} ${join} WHERE ${sql}${where ? ` AND ${where.sql}` : ''}${rest}`,
    values: [...values, ...(where?.parameters ?? [])],
  };
}

/** All conditions that are true of a row at once; undefined when there are none. */
export function every(conditions: readonly (Condition | undefined)[]): Condition | undefined {
  const present = conditions.filter(condition => condition !== undefined);
  if (present.length === 0) return undefined;
  return {
    sql: present.map(({ sql }) => `(${sql})`).join(' AND '),
    parameters: present.flatMap(({ parameters }) => parameters),
  };
}

/** To SQLite the hint is a comment. */
function tableOf({ table, index }: Stretch): string {
  return `${table} t${index ? ` /*! FORCE INDEX (${index}) */` : ''}`;
}

function range({ id, equal, from, before }: Stretch): Statement {
  const conditions = Object.keys(equal).map(column => `t.${column} = ?`);
  const values = Object.values(equal);
  if (from) {
    conditions.push(`t.${id} >= ?`);
    values.push(from);
  }
  if (before) {
    conditions.push(`t.${id} < ?`);
    values.push(before);
  }
  return { sql: conditions.join(' AND '), values };
}
