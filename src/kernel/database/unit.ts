import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { OpenUnit } from '../context/open-unit.js';
import type { RequestContext } from '../context/request-context.js';
import type { AuditRecord } from '../event-log/audit-record.js';
import type { Transaction } from './transaction.js';

/** What tells a unit from the usual one, which is the first attempt at something that is to stay. */
interface UnitKind {
  readonly attempt?: number;
  readonly rehearsed?: boolean;
  readonly preview?: boolean;
}

/** One unit of work in progress. `UnitOfWork` makes and ends it; repositories reach it through `Database`. */
export class Unit implements OpenUnit {
  /** Counted from 1; see `OpenUnit.attempt`. */
  readonly attempt: number;
  /** Whether it ends before its first write; see `UnitOfWork.rehearse`. */
  readonly rehearsed: boolean;
  readonly preview: boolean;
  private transaction: Promise<Transaction> | null = null;
  private begun: Transaction | null = null;
  private ended = false;
  private readonly committed: (() => void)[] = [];
  private readonly lastWrites: (() => Promise<void>)[] = [];

  constructor(
    readonly audit: AuditRecord,
    private readonly begin: () => Promise<Transaction>,
    { attempt = 1, rehearsed = false, preview = false }: UnitKind = {},
  ) {
    this.attempt = attempt;
    this.rehearsed = rehearsed;
    this.preview = preview;
  }

  /** The transaction's manager once something was written or locked; from then on reads use it too. */
  get transactionManager(): EntityManager | null {
    return this.begun?.manager ?? null;
  }

  get writing(): boolean {
    return this.begun !== null;
  }

  /**
   * The transaction's manager; the transaction begins at the first call.
   * @throws Error once the unit has ended: somebody did not wait for a write.
   */
  async manager(): Promise<EntityManager> {
    if (this.ended) throw new Error('the unit of work has ended; was a write not awaited?');
    this.transaction ??= this.begin();
    this.begun = await this.transaction;
    return this.begun.manager;
  }

  onCommit(hook: () => void): void {
    this.committed.push(hook);
  }

  /** Puts off a write to the end of the transaction; see `Database.writeLast`. */
  writeLast(write: () => Promise<void>): void {
    this.lastWrites.push(write);
  }

  /** Does what was put off, in the order in which it came. */
  async finishWrites(): Promise<void> {
    for (const write of this.lastWrites.splice(0)) await write();
  }

  async commit(): Promise<void> {
    this.ended = true;
    await (await this.transaction)?.commit();
  }

  /**
   * Undoes everything, unless a commit was tried: that one has ended the transaction, and on SQLite the
   * connection is already with the next writer. The error that led here matters more than one of the
   * rollback's own, which is dropped.
   */
  async rollback(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    const transaction = await this.transaction?.catch(() => null);
    await transaction?.rollback().catch(() => undefined);
  }

  /** Calls what waited for the commit. What fails there is logged: the writes are there to stay. */
  announce(): void {
    for (const hook of this.committed) {
      try {
        hook();
      } catch (error) {
        new Logger('UnitOfWork').error('a hook failed after the commit', (error as Error)?.stack);
      }
    }
  }
}

/** The unit of work a context is in. `UnitOfWork` alone sets it, to one of its own making. */
export function unitOf(ctx: RequestContext): Unit | null {
  return ctx.unit as Unit | null;
}
