import { EntitySchema, type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { parseDatabaseUrl } from '../../src/kernel/config/database-url.js';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Columns } from '../../src/kernel/database/columns.js';
import type { Database } from '../../src/kernel/database/database.js';
import { EventLog } from '../../src/kernel/database/event-log.port.js';
import { openDatabase, writerOptions } from '../../src/kernel/database/open-database.js';
import { UnitOfWork } from '../../src/kernel/database/unit-of-work.js';
import { WriterQueue } from '../../src/kernel/database/writer-queue.js';
import { WriterSource } from '../../src/kernel/database/writer-source.js';
import type { AuditRecord } from '../../src/kernel/event-log/audit-record.js';
import { defineTarget } from '../../src/kernel/event-log/targets.js';
import { type FreshDatabase, freshDatabase } from '../support/lane.js';

const target = defineTarget('account', { name: [] });

export interface Account {
  id: string;
  balance: number;
}

export const AccountEntity = new EntitySchema<Account>({
  name: 'account',
  columns: { id: { type: 'varchar', primary: true }, balance: { type: 'int' } },
});

/** Two tables for transactions to meet on: accounts, and the entries of a test's own event log. */
export class CreateBank implements MigrationInterface {
  readonly name = 'CreateBank1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    const columns = await Columns.for(runner);
    const account = [columns.primaryId(), columns.integer('balance')];
    const entry = [columns.primaryId(), columns.string('type', 50), columns.id('target_id')];
    await runner.createTable(new Table({ name: 'account', columns: account }), true);
    await runner.createTable(new Table({ name: 'entry', columns: entry }), true);
  }

  async down(): Promise<void> {
    throw new Error('test databases are dropped whole');
  }
}

/** An event log that insists on a target, as the real one does, and fails when told to. */
export class TestEventLog extends EventLog {
  failure: Error | null = null;
  private entries = 0;

  constructor(private readonly database: Database) {
    super();
  }

  async append(ctx: RequestContext, record: AuditRecord): Promise<void> {
    if (this.failure) throw this.failure;
    if (!record.target) throw new Error('a mutation must say what it changed');
    const id = `entry-${++this.entries}`;
    const manager = await this.database.write(ctx);
    await manager.query('INSERT INTO entry (id, type, target_id) VALUES (?, ?, ?)', [
      id,
      record.type,
      record.target.id,
    ]);
  }
}

/** A migrated database of the lane's kind with the unit of work on it. */
export class Bank {
  readonly log: TestEventLog;
  readonly units: UnitOfWork;

  private constructor(
    readonly database: Database,
    private readonly fresh: FreshDatabase,
  ) {
    this.log = new TestEventLog(database);
    this.units = new UnitOfWork(database, this.log);
  }

  static async start(options: { writerDeadlineMs?: number } = {}): Promise<Bank> {
    const fresh = await freshDatabase();
    const writer = new WriterSource({
      ...writerOptions(parseDatabaseUrl(fresh.url)!),
      migrations: [CreateBank],
      entities: [AccountEntity],
    });
    await writer.initialize();
    return new Bank(await openDatabase(writer, new WriterQueue(options.writerDeadlineMs)), fresh);
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.fresh.drop();
  }

  /** The context of a new request. */
  request(): RequestContext {
    return RequestContext.system('test', 'req_test');
  }

  /** A mutation as a handler makes it: a unit of work with its event. */
  mutate<T>(work: (ctx: RequestContext) => Promise<T>, ctx = this.request()): Promise<T> {
    return this.units.run(ctx, { events: ['project.updated'] }, () => work(ctx));
  }

  /** Creates an account, in whatever unit `ctx` has open. */
  async open(ctx: RequestContext, id: string, balance = 0): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.query('INSERT INTO account (id, balance) VALUES (?, ?)', [id, balance]);
    ctx.unit!.audit.change(target(id, null), null, { balance });
  }

  /** Adds to a balance unless it would fall below zero; returns whether it did. */
  async add(ctx: RequestContext, id: string, amount: number): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const result = await manager
      .createQueryBuilder()
      .update(AccountEntity)
      .set({ balance: () => 'balance + :amount' })
      .where('id = :id AND balance + :amount >= 0', { id, amount })
      .execute();
    ctx.unit!.audit.change(target(id, null), null, { added: amount });
    return result.affected === 1;
  }

  /** A balance as `ctx` sees it; without one, as an outsider does. Null when there is no such account. */
  async balance(id: string, ctx = this.request()): Promise<number | null> {
    const rows = await this.database.read(ctx).query('SELECT balance FROM account WHERE id = ?', [id]);
    return rows[0]?.balance ?? null;
  }

  /** The targets of the event log's entries, in no order. */
  async logged(): Promise<string[]> {
    const rows = await this.database
      .read(RequestContext.reading('test'))
      .query('SELECT target_id FROM entry');
    return rows.map((row: { target_id: string }) => row.target_id);
  }
}
