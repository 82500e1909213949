import type { DataSource, EntityManager } from 'typeorm';
import type { RepeatedStatement } from './batch.js';
import type { DatabaseLoad, Dialect, Snapshot, Transaction } from './transaction.js';

type PoolQueues = Record<'_allConnections' | '_freeConnections' | '_connectionQueue', { length: number }>;

/** MySQL and MariaDB: a pool; each transaction has a connection of its own. */
export class MysqlDialect implements Dialect {
  readonly kind = 'mysql';

  constructor(private readonly source: DataSource) {}

  get reader(): EntityManager {
    return this.source.manager;
  }

  async begin(): Promise<Transaction> {
    const runner = this.source.createQueryRunner();
    try {
      await runner.startTransaction();
    } catch (error) {
      await runner.release();
      throw error;
    }
    return {
      manager: runner.manager,
      commit: async () => {
        try {
          await runner.commitTransaction();
        } catch (error) {
          // The pool's next user must not find it open.
          await runner.rollbackTransaction().catch(() => undefined);
          throw error;
        } finally {
          await runner.release();
        }
      },
      rollback: async () => {
        try {
          await runner.rollbackTransaction();
        } finally {
          await runner.release();
        }
      },
    };
  }

  async writeBehind(statements: readonly RepeatedStatement[]): Promise<void> {
    const { manager, commit, rollback } = await this.begin();
    try {
      for (const { sql, times } of statements)
        for (const values of times) await manager.query(sql, [...values]);
    } catch (error) {
      await rollback().catch(() => undefined);
      throw error;
    }
    await commit();
  }

  async snapshot(): Promise<Snapshot> {
    const runner = this.source.createQueryRunner();
    const end = async () => {
      try {
        await runner.query('COMMIT');
      } finally {
        await runner.release();
      }
    };
    try {
      await runner.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      await runner.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
      return { manager: runner.manager, end };
    } catch (error) {
      await runner.release();
      throw error;
    }
  }

  /** mysql2 tells these lengths nowhere else. */
  load(): DatabaseLoad {
    const { pool } = this.source.driver as unknown as { pool: Partial<PoolQueues> };
    const made = pool._allConnections?.length ?? 0;
    const free = pool._freeConnections?.length ?? 0;
    return { inUse: made - free, waiting: pool._connectionQueue?.length ?? 0 };
  }

  async close(): Promise<void> {
    await this.source.destroy();
  }
}
