import type { EntityManager } from 'typeorm';
import type { AuditRecord } from '../context/audit-record.js';
import type { Transaction } from './transaction.js';

/** One unit of work in progress. `UnitOfWork` makes and ends it; repositories reach it through `Database`. */
export class Unit {
  private transaction: Promise<Transaction> | null = null;
  private begun: Transaction | null = null;
  private readonly committed: (() => void)[] = [];

  constructor(
    readonly audit: AuditRecord,
    private readonly begin: () => Promise<Transaction>,
  ) {}

  /** The transaction's manager once something was written or locked; from then on reads use it too. */
  get transactionManager(): EntityManager | null {
    return this.begun?.manager ?? null;
  }

  /** The transaction's manager; the transaction begins at the first call. */
  async manager(): Promise<EntityManager> {
    this.transaction ??= this.begin();
    this.begun = await this.transaction;
    return this.begun.manager;
  }

  /** Calls `hook` once everything is committed, never when it is rolled back. */
  onCommit(hook: () => void): void {
    this.committed.push(hook);
  }

  async commit(): Promise<void> {
    await (await this.transaction)?.commit();
    for (const hook of this.committed) hook();
  }

  /** Undoes everything. The error that led here matters more than one of the rollback's own, which is dropped. */
  async rollback(): Promise<void> {
    const transaction = await this.transaction?.catch(() => null);
    await transaction?.rollback().catch(() => undefined);
  }
}
