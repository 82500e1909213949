import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';
import { AppError } from '../errors/app-error.js';
import { AuditRecord } from '../event-log/audit-record.js';
import type { EventType } from '../event-log/event-types.js';
import type { TakesStatements } from './batch.js';
import { Database } from './database.js';
import { isContention } from './database-errors.js';
import { EventLog } from './event-log.port.js';
import { StaleRead } from './stale-read.js';
import { Unit, unitOf } from './unit.js';

/** What a unit of work declares before it begins. */
export interface UnitOptions<T> {
  /** The event types of which the unit leaves exactly one entry. */
  events: readonly EventType[];
  /** The last statements of the transaction, given what the work returned. */
  beforeCommit?: (result: T) => Promise<void>;
}

/** How a unit's work ended when its writes are to stay. */
type Outcome<T> = { value: T } | { refusal: AppError };

const ATTEMPTS = 4;

/** Runs work that writes: all of it commits, with its event-log entry, or nothing does. */
@Injectable()
export class UnitOfWork {
  private readonly listeners: ((record: AuditRecord) => void)[] = [];

  constructor(
    private readonly database: Database,
    private readonly eventLog: EventLog,
  ) {}

  /** Calls `listener` after every committed mutation; for caches that must forget what it changed. */
  onCommitted(listener: (record: AuditRecord) => void): void {
    this.listeners.push(listener);
  }

  /**
   * Runs `work` in one transaction that begins at its first write, adds its event-log entry and
   * commits. Inside another unit it joins that one. A deadlock, lock timeout or stale read runs the whole work
   * again, up to three times, so `work` must be able to be re-run.
   *
   * An `AppError` that keeps its records commits what was written before it, then is thrown.
   */
  run<T>(ctx: RequestContext, options: UnitOptions<T>, work: () => Promise<T>): Promise<T> {
    if (ctx.unit) return work();
    return this.withRetries(ctx, this.opening(options.events), work, async (unit, outcome) => {
      if (unit.audit.idle) {
        if (unit.transactionManager) throw new Error('a unit said that it changed nothing, but it wrote');
        return;
      }
      await this.eventLog.append(ctx, unit.audit);
      unit.onCommit(() => this.listeners.forEach(listener => listener(unit.audit)));
      if ('value' in outcome) await options.beforeCommit?.(outcome.value);
    });
  }

  /**
   * Runs `work` up to its first write or locking read, which is not made: for what it decides before. It has no
   * effect and leaves no entry.
   * @throws what `work` throws before it writes
   */
  async rehearse(
    ctx: RequestContext,
    events: readonly EventType[],
    work: () => Promise<unknown>,
  ): Promise<void> {
    if (ctx.unit) throw new Error('a unit of work cannot be rehearsed within another');
    const curtain = new Error('the rehearsal ends here');
    ctx.unit = new Unit(new AuditRecord(events), () => Promise.reject(curtain), { rehearsed: true });
    try {
      await work();
    } catch (error) {
      if (error !== curtain) throw error;
    } finally {
      ctx.unit = null;
    }
  }

  /**
   * Runs `work` as {@link run} does, with its locks, writes and re-runs, then undoes everything: nothing is logged, sent
   * or announced. Answers what its event-log entry would have said. On SQLite nobody else writes meanwhile.
   * @throws what `work` throws
   */
  async preview(
    ctx: RequestContext,
    events: readonly EventType[],
    work: () => Promise<unknown>,
  ): Promise<AuditRecord> {
    if (ctx.unit) throw new Error('a unit of work cannot be previewed within another');
    return retried(async attempt => {
      const begin = () => this.database.begin();
      const unit = new Unit(new AuditRecord(events), begin, { attempt, preview: true });
      ctx.unit = unit;
      try {
        await work();
        await unit.finishWrites();
        return unit.audit;
      } finally {
        ctx.unit = null;
        await unit.rollback();
      }
    });
  }

  /**
   * Runs writes that are no mutation anybody made: counters, the state of jobs. They leave no event-log entry; use
   * {@link run} for anything a user would call a change.
   */
  bookkeeping<T>(ctx: RequestContext, work: () => Promise<T>): Promise<T> {
    if (ctx.unit) return work();
    return this.withRetries(ctx, this.opening([]), work, async () => undefined);
  }

  /**
   * Does all statements that `fill` gathers in one transaction, or none of them: bookkeeping that was kept in memory. On
   * SQLite a thread of its own does them, and a power cut, but not the end of the process, can take them until the next
   * other commit, or for some seconds: before, it would have taken them as well.
   */
  async writeBehind(fill: (batch: TakesStatements) => Promise<void>): Promise<void> {
    const batch = this.database.batch();
    await fill(batch);
    await retried(() => this.database.writeBehind(batch));
  }

  private opening(events: readonly EventType[]): (attempt: number) => Unit {
    return attempt => new Unit(new AuditRecord(events), () => this.database.begin(), { attempt });
  }

  /**
   * Runs work that writes in units of its own, under a context of its own, while the caller's unit waits to write: what
   * takes longer than one transaction may. It bears being run twice. A rehearsal ends here.
   * @throws Error once the caller's unit has begun to write: on SQLite the two would wait for each other; in a preview,
   *   which could not undo it
   */
  async apart<T>(ctx: RequestContext, work: () => Promise<T>): Promise<T> {
    const unit = unitOf(ctx);
    if (unit?.writing) throw new Error('work of its own must come before the first write');
    if (unit?.preview) throw new Error('work of its own would outlast the preview');
    if (unit?.rehearsed) await unit.manager();
    return work();
  }

  private async withRetries<T>(
    ctx: RequestContext,
    open: (attempt: number) => Unit,
    work: () => Promise<T>,
    finish: (unit: Unit, outcome: Outcome<T>) => Promise<void>,
  ): Promise<T> {
    return retried(async attempt => {
      const outcome = await this.attempt(ctx, open(attempt), work, finish);
      if ('refusal' in outcome) throw outcome.refusal;
      return outcome.value;
    });
  }

  private async attempt<T>(
    ctx: RequestContext,
    unit: Unit,
    work: () => Promise<T>,
    finish: (unit: Unit, outcome: Outcome<T>) => Promise<void>,
  ): Promise<Outcome<T>> {
    ctx.unit = unit;
    let outcome: Outcome<T>;
    try {
      outcome = await settle(work);
      await finish(unit, outcome);
      await unit.finishWrites();
      await unit.commit();
    } catch (error) {
      await unit.rollback();
      throw error;
    } finally {
      ctx.unit = null;
    }
    unit.announce();
    return outcome;
  }
}

/** Tries again after contention, up to three times; attempts are counted from 1. */
async function retried<T>(once: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(attempt);
    } catch (error) {
      if (attempt >= ATTEMPTS || !isContention(error)) throw error;
      // Whoever came in between has committed: there is nothing to wait for.
      if (!(error instanceof StaleRead)) await pause(attempt);
    }
  }
}

/** A refusal that keeps its records is an outcome; every other error undoes the unit. */
async function settle<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof AppError && error.recorded) return { refusal: error };
    throw error;
  }
}

/** Backs off 10–30 ms, 20–60 ms, 40–120 ms, so that those who collided do not meet again. */
function pause(attempt: number): Promise<void> {
  const ms = 10 * 2 ** attempt * (0.5 + Math.random());
  return new Promise(resolve => setTimeout(resolve, ms));
}
