import type { Socket } from 'node:net';

/** The part of mysql2's pool and its connections that is used here; it offers no deadline of its own for either. */
interface PooledConnection {
  readonly stream: Socket;
  /** The statement that runs now. */
  readonly _command?: unknown;
  query(sql: string): void;
  release(): void;
}
type OnConnection = (error: Error | null, connection?: PooledConnection) => void;
export interface Pool {
  getConnection(callback: OnConnection): void;
  on(event: 'connection', listener: (connection: PooledConnection) => void): void;
  readonly _allConnections: { toArray(): PooledConnection[] };
}

/**
 * Ends what waits for a database that does not answer: a statement of which nothing was heard for `patienceMs`, with its
 * connection, and the wait for a connection after the same time. Both fail as if the database were away.
 *
 * @param suspended says when to be patient after all: a migration may take minutes.
 */
export function makeImpatient(pool: Pool, patienceMs: number, suspended: () => boolean): void {
  const watch = (connection: PooledConnection) => {
    connection.stream.setTimeout(patienceMs);
    connection.stream.on('timeout', () => {
      if (connection._command && !suspended()) connection.stream.destroy(silence());
    });
  };
  pool._allConnections.toArray().forEach(watch);
  pool.on('connection', watch);

  const getConnection = pool.getConnection.bind(pool);
  pool.getConnection = callback => {
    let waiting = true;
    const deadline = setTimeout(() => {
      if (suspended()) return;
      waiting = false;
      callback(silence());
    }, patienceMs);
    getConnection((error, connection) => {
      clearTimeout(deadline);
      if (waiting) callback(error, connection);
      else connection?.release();
    });
  };
}

function silence(): Error {
  return Object.assign(new Error('The database does not answer.'), { code: 'ETIMEDOUT', fatal: true });
}
