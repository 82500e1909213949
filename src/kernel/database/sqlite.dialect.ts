import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { SqliteCheckpointer } from './sqlite-checkpointer.js';
import type { DatabaseLoad, Dialect, Durability, Snapshot, Transaction } from './transaction.js';
import type { WriterQueue } from './writer-queue.js';

/**
 * SQLite: one writing connection, lent to one unit of work at a time, and one `query_only`
 * connection for everybody else. TypeORM itself would interleave overlapping transactions on its
 * single connection.
 */
export class SqliteDialect implements Dialect {
  readonly kind = 'sqlite';
  private durability: Durability = 'durable';

  constructor(
    private readonly writer: DataSource,
    private readonly readerSource: DataSource,
    private readonly queue: WriterQueue,
    private readonly openReader: () => Promise<DataSource>,
    private readonly checkpointer: SqliteCheckpointer,
  ) {}

  get reader(): EntityManager {
    return this.readerSource.manager;
  }

  /** In WAL mode, NORMAL leaves the disk to a later commit; the order of commits holds all the same. */
  async begin(durability: Durability): Promise<Transaction> {
    const release = await this.queue.acquire();
    const runner: QueryRunner & { isTransactionActive: boolean } = this.writer.createQueryRunner();
    try {
      if (durability !== this.durability) {
        await runner.query(`PRAGMA synchronous = ${durability === 'soon' ? 'NORMAL' : 'FULL'}`);
        this.durability = durability;
      }
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
    await this.checkpointer.close();
    await this.readerSource.destroy();
    await this.writer.destroy();
  }
}
