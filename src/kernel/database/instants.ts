import type { Dialect } from './transaction.js';

/**
 * An instant as a raw query returns it: a `Date` from MySQL and MariaDB, `YYYY-MM-DD HH:MM:SS.mmm` in UTC
 * from SQLite. Rows read through entities need none of this.
 */
export function instantFromDriver(value: unknown): Date | null {
  if (value === null || value === undefined) return null;
  return value instanceof Date ? value : new Date(`${String(value).replace(' ', 'T')}Z`);
}

/** An instant as a raw query takes it, the counterpart of {@link instantFromDriver}. */
export function instantForDriver(kind: Dialect['kind'], at: Date): Date | string {
  return kind === 'sqlite' ? at.toISOString().replace('T', ' ').slice(0, -1) : at;
}
