import { Injectable } from '@nestjs/common';
import type { EntityManager, EntityTarget, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import type { RequestContext } from '../context/request-context.js';
import { AppError } from '../errors/app-error.js';
import { Batch } from './batch.js';
import type { DatabaseLoad, Dialect, Transaction } from './transaction.js';
import { unitOf } from './unit.js';

/** The way of every repository to the database. */
@Injectable()
export class Database {
  constructor(private readonly dialect: Dialect) {}

  get kind(): Dialect['kind'] {
    return this.dialect.kind;
  }

  /**
   * The manager to read with: the unit of work's once it has begun to write, so that it sees its own
   * rows; otherwise one that sees committed rows only.
   */
  read(ctx: RequestContext): EntityManager {
    return unitOf(ctx)?.transactionManager ?? this.dialect.reader;
  }

  /**
   * The manager to write with. Begins the unit's transaction when it has not begun.
   * @throws Error outside a unit of work: such a write would have no event-log entry.
   */
  write(ctx: RequestContext): Promise<EntityManager> {
    const unit = unitOf(ctx);
    if (!unit) throw new Error('a write needs an open unit of work');
    return unit.manager();
  }

  /**
   * Reads one row with its lock held until the unit of work ends: what was read still holds when it is written
   * upon. Begins the unit's transaction; on SQLite that alone keeps every other writer out.
   */
  async lock<T extends ObjectLiteral>(
    ctx: RequestContext,
    entity: EntityTarget<T>,
    where: FindOptionsWhere<T>,
  ): Promise<T | null> {
    const manager = await this.write(ctx);
    return manager.findOne(entity, { where, ...this.locking });
  }

  /** The same for all rows that there are. */
  async lockAll<T extends ObjectLiteral>(
    ctx: RequestContext,
    entity: EntityTarget<T>,
    where: FindOptionsWhere<T>,
  ): Promise<T[]> {
    const manager = await this.write(ctx);
    return manager.find(entity, { where, ...this.locking });
  }

  /**
   * Refuses more rows of a project than `most`, when `added` are to be added. The project's row stays locked until the unit of work ends, so that
   * several at once cannot pass together.
   * @throws AppError `limit_reached`
   */
  async refuseBeyond<T extends ObjectLiteral>(
    ctx: RequestContext,
    entity: EntityTarget<T>,
    where: FindOptionsWhere<T> & { project_id: string },
    most: number,
    added = 1,
  ): Promise<void> {
    const manager = await this.write(ctx);
    if (this.kind !== 'sqlite')
      await manager.query('SELECT id FROM projects WHERE id = ? FOR UPDATE', [where.project_id]);
    if ((await manager.countBy(entity, where)) + added > most)
      throw new AppError('limit_reached', { details: { limit: most } });
  }

  /** Reads rows with their locks held until the unit of work ends; `sql` is a plain SELECT. See {@link lock}. */
  async queryLocked<Row>(ctx: RequestContext, sql: string, parameters: unknown[]): Promise<Row[]> {
    const manager = await this.write(ctx);
    return manager.query<Row[]>(this.kind === 'sqlite' ? sql : `${sql} FOR UPDATE`, parameters);
  }

  /** Runs an INSERT, UPDATE or DELETE and answers how many rows it changed. For guarded updates that no entity can say. */
  async change(ctx: RequestContext, sql: string, parameters: unknown[]): Promise<number> {
    const { queryRunner } = await this.write(ctx);
    return (await queryRunner!.query(sql, parameters, true)).affected ?? 0;
  }

  /**
   * Makes a write the last one of the unit of work, after its event-log entry: a row that many units want to change at
   * once is then locked for little longer than the commit takes. What it throws undoes the unit like anything else.
   */
  writeLast(ctx: RequestContext, write: () => Promise<void>): void {
    const unit = unitOf(ctx);
    if (!unit) throw new Error('a write needs an open unit of work');
    unit.writeLast(write);
  }

  private get locking(): { lock?: { mode: 'pessimistic_write' } } {
    return this.kind === 'sqlite' ? {} : { lock: { mode: 'pessimistic_write' } };
  }

  /**
   * Reads by many statements what is true at one moment, whatever is written meanwhile; nobody waits for it. For work of
   * seconds, not minutes: the database keeps what is overwritten until it ends.
   */
  async snapshot<T>(read: (manager: EntityManager) => Promise<T>): Promise<T> {
    const snapshot = await this.dialect.snapshot();
    try {
      return await read(snapshot.manager);
    } finally {
      await snapshot.end();
    }
  }

  /** Opens a transaction; for the unit of work alone. */
  begin(): Promise<Transaction> {
    return this.dialect.begin();
  }

  /** An empty batch for {@link writeBehind}. */
  batch(): Batch {
    // SQLite does one prepared statement row by row in three quarters of the time it takes for many rows at once.
    return this.kind === 'sqlite' ? new Batch(1) : new Batch();
  }

  /** Writes behind; for the unit of work alone. */
  writeBehind({ statements }: Batch): Promise<void> {
    return this.dialect.writeBehind(statements);
  }

  /** Answers whether the database can be reached. */
  async ping(): Promise<void> {
    await this.dialect.reader.query('SELECT 1');
  }

  /** How many use the database's writers or connections now, and how many wait for one. */
  load(): DatabaseLoad {
    return this.dialect.load();
  }

  close(): Promise<void> {
    return this.dialect.close();
  }
}
