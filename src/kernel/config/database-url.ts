/** Where the data lives, read from `DATABASE_URL`. */
export type DatabaseLocation =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'mysql' | 'mariadb'; readonly url: string };

/**
 * Reads `sqlite:<file>`, `mysql://…` or `mariadb://…`.
 * @returns null when it is none of these, or names no database; in-memory SQLite cannot have the
 *   two connections it takes.
 */
export function parseDatabaseUrl(value: string): DatabaseLocation | null {
  const sqlite = /^sqlite:(?:\/\/)?(.+)$/.exec(value);
  if (sqlite) return sqlite[1] === ':memory:' ? null : { kind: 'sqlite', file: sqlite[1]! };
  const server = /^(mysql|mariadb):\/\//.exec(value);
  if (!server || !URL.canParse(value)) return null;
  const url = new URL(value);
  if (!url.hostname || url.pathname.length < 2) return null;
  return { kind: server[1] as 'mysql' | 'mariadb', url: value };
}
