import type { EntityManager } from 'typeorm';
import type { RepeatedStatement } from './batch.js';

/**
 * One open database transaction. Ended exactly once, by `commit` or `rollback`; a commit that fails has
 * undone everything and given the connection back.
 */
export interface Transaction {
  readonly manager: EntityManager;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** A view of the database as it is at one moment, for reading alone. Ended exactly once. */
export interface Snapshot {
  readonly manager: EntityManager;
  end(): Promise<void>;
}

/** How busy the way to the database is. */
export interface DatabaseLoad {
  /** Transactions on SQLite, connections elsewhere. */
  readonly inUse: number;
  /** Who waits for one of them. */
  readonly waiting: number;
}

/** What the two kinds of database do differently at run time. */
export interface Dialect {
  readonly kind: 'sqlite' | 'mysql';
  /** Reads that belong to no transaction; they never see uncommitted rows. */
  readonly reader: EntityManager;
  /** Opens a writing transaction; waits for its turn where there is one writer. */
  begin(): Promise<Transaction>;
  /** Does all of it in one transaction, or nothing; see `UnitOfWork.writeBehind`. */
  writeBehind(statements: readonly RepeatedStatement[]): Promise<void>;
  /** Holds the database still for a reader that takes many statements. */
  snapshot(): Promise<Snapshot>;
  load(): DatabaseLoad;
  close(): Promise<void>;
}
