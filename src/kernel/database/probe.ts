import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { DatabaseLocation } from '../config/database-url.js';

/** What a look at a database from outside shows. */
export interface Probe {
  /** By how much its clock is ahead of this machine's, in milliseconds; null where it is this machine's. */
  readonly clockAheadMs: number | null;
}

/**
 * Looks whether a database can be reached and written to; leaves nothing behind, and holds no lock. `table` is one that a
 * row may be written to, in a transaction that is undone.
 * @throws Error of the driver or the file system
 */
export async function probe(location: DatabaseLocation, table: string | null): Promise<Probe> {
  if (location.kind === 'sqlite') {
    // SQLite writes beside the file, too. The file itself is not locked: a server may be using it.
    await access(location.file, constants.R_OK | constants.W_OK);
    await access(dirname(location.file), constants.W_OK);
    return { clockAheadMs: null };
  }
  const connection = await createConnection({ uri: location.url, timezone: 'Z', connectTimeout: 5_000 });
  try {
    await connection.query("SET SESSION time_zone = '+00:00'");
    const asked = Date.now();
    const [rows] = await connection.query('SELECT UTC_TIMESTAMP(3) AS now');
    const middle = (asked + Date.now()) / 2;
    const [{ now }] = rows as [{ now: Date }];
    if (table !== null) {
      await connection.beginTransaction();
      await connection.query(
        "INSERT INTO ?? (name, value, updated_at) VALUES ('probe', '', UTC_TIMESTAMP(3))",
        [table],
      );
      await connection.rollback();
    }
    return { clockAheadMs: Math.round(now.getTime() - middle) };
  } finally {
    await connection.end();
  }
}
