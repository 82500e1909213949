import type { EntityManager } from 'typeorm';

/**
 * One open database transaction. Ended exactly once, by `commit` or `rollback`; a commit that fails has
 * undone everything and given the connection back.
 */
export interface Transaction {
  readonly manager: EntityManager;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** What the two kinds of database do differently at run time. */
export interface Dialect {
  readonly kind: 'sqlite' | 'mysql';
  /** Reads that belong to no transaction; they never see uncommitted rows. */
  readonly reader: EntityManager;
  /** Opens a writing transaction; waits for its turn where there is one writer. */
  begin(): Promise<Transaction>;
  close(): Promise<void>;
}
