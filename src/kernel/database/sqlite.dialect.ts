import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { RepeatedStatement } from './batch.js';
import type { SqliteThread } from './sqlite-thread.js';
import type { DatabaseLoad, Dialect, Snapshot, Transaction } from './transaction.js';
import type { WriterQueue } from './writer-queue.js';

/**
 * SQLite: one writing connection, lent to one unit of work at a time, and one `query_only`
 * connection for everybody else. TypeORM itself would interleave overlapping transactions on its
 * single connection.
 */
export class SqliteDialect implements Dialect {
  readonly kind = 'sqlite';

  constructor(
    private readonly writer: DataSource,
    private readonly readerSource: DataSource,
    private readonly queue: WriterQueue,
    private readonly openReader: () => Promise<DataSource>,
    private readonly thread: SqliteThread,
  ) {}

  get reader(): EntityManager {
    return this.readerSource.manager;
  }

  async begin(): Promise<Transaction> {
    const release = await this.queue.acquire();
    const runner: QueryRunner & { isTransactionActive: boolean } = this.writer.createQueryRunner();
    try {
      await runner.query('BEGIN IMMEDIATE');
      // TypeORM cannot begin IMMEDIATE, but `save` must know that it need not begin a transaction itself.
      runner.isTransactionActive = true;
    } catch (error) {
      release();
      throw error;
    }
    const end = async (statement: 'COMMIT' | 'ROLLBACK') => {
      try {
        await runner.query(statement);
      } catch (error) {
        // A failed COMMIT leaves the transaction open; the connection must not keep it for the next.
        if (statement === 'COMMIT') await runner.query('ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        runner.isTransactionActive = false;
        release();
      }
    };
    return { manager: runner.manager, commit: () => end('COMMIT'), rollback: () => end('ROLLBACK') };
  }

  writeBehind(statements: readonly RepeatedStatement[]): Promise<void> {
    return this.thread.write(statements);
  }

  /** On a connection of its own: the readers' one shows everybody else what has been committed since. */
  async snapshot(): Promise<Snapshot> {
    const source = await this.openReader();
    // The first statement that reads fixes what all of them see.
    await source.query('BEGIN');
    return { manager: source.manager, end: () => source.destroy() };
  }

  load(): DatabaseLoad {
    return this.queue.load;
  }

  async close(): Promise<void> {
    await this.thread.close();
    await this.readerSource.destroy();
    await this.writer.destroy();
  }
}
