/**
 * An instant as a raw query returns it: a `Date` from MySQL and MariaDB, `YYYY-MM-DD HH:MM:SS.mmm` in UTC
 * from SQLite. Rows read through entities need none of this.
 */
export function instantFromDriver(value: unknown): Date | null {
  if (value === null || value === undefined) return null;
  return value instanceof Date ? value : new Date(`${String(value).replace(' ', 'T')}Z`);
}
