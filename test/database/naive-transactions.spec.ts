import { DataSource } from 'typeorm';
import { parseDatabaseUrl } from '../../src/kernel/config/database-url.js';
import { sqliteDriver } from '../../src/kernel/database/sqlite-driver.js';
import { Gate } from '../support/gate.js';
import { describeOn, type FreshDatabase, freshDatabase } from '../support/lane.js';
import { CreateBank } from './bank.js';

// Why the unit of work exists: what TypeORM does when it is left to itself. Each test here passes because
// something goes wrong; `transactions.spec.ts` has the same situations going right.

let fresh: FreshDatabase;
let source: DataSource;

async function connect(options: (url: string) => ConstructorParameters<typeof DataSource>[0]): Promise<void> {
  fresh = await freshDatabase();
  source = new DataSource({
    ...options(fresh.url),
    migrations: [CreateBank],
    migrationsTransactionMode: 'none',
  });
  await source.initialize();
  await source.runMigrations();
}

afterEach(async () => {
  await source.destroy();
  await fresh.drop();
});

const insert = (id: string) => [`INSERT INTO account (id, balance) VALUES (?, 100)`, [id]] as const;
const refusal = new Error('refused');

async function accounts(): Promise<string[]> {
  return (await source.query('SELECT id FROM account ORDER BY id')).map((row: { id: string }) => row.id);
}

describeOn('sqlite')('naive set-up: dataSource.transaction on one SQLite data source', () => {
  beforeEach(() =>
    connect(url => {
      const location = parseDatabaseUrl(url)!;
      const database = location.kind === 'sqlite' ? location.file : '';
      return { type: 'better-sqlite3', driver: sqliteDriver(), database };
    }),
  );

  it('loses an acknowledged write with the rollback of another', async () => {
    const [written, refuse] = [new Gate(), new Gate()];
    const outer = source.transaction(async manager => {
      await manager.query(...insert('refused'));
      written.open();
      await refuse.opened;
      throw refusal;
    });
    await written.opened;
    await source.transaction(manager => manager.query(...insert('acknowledged')));
    refuse.open();
    await expect(outer).rejects.toBe(refusal);

    expect(await accounts()).toEqual([]);
  });

  it('keeps a refused write and loses the acknowledged one beside it', async () => {
    const [written, alsoWritten, refuse, finish] = [new Gate(), new Gate(), new Gate(), new Gate()];
    const refused = source.transaction(async manager => {
      await manager.query(...insert('refused'));
      written.open();
      await refuse.opened;
      throw refusal;
    });
    await written.opened;
    const acknowledged = source.transaction(async manager => {
      await manager.query(...insert('acknowledged'));
      alsoWritten.open();
      await finish.opened;
    });
    await alsoWritten.opened;
    refuse.open();
    await expect(refused).rejects.toBe(refusal);
    finish.open();
    await acknowledged;

    expect(await accounts()).toEqual(['refused']);
  });

  it('shows uncommitted rows to readers outside', async () => {
    const [written, finish] = [new Gate(), new Gate()];
    const transaction = source.transaction(async manager => {
      await manager.query(...insert('refused'));
      written.open();
      await finish.opened;
      throw refusal;
    });
    await written.opened;
    const seen = await accounts();
    finish.open();
    await expect(transaction).rejects.toBe(refusal);

    expect(seen).toEqual(['refused']);
    expect(await accounts()).toEqual([]);
  });

  it('lets a plain insert vanish with the rollback of another', async () => {
    const [written, finish] = [new Gate(), new Gate()];
    const transaction = source.transaction(async manager => {
      await manager.query(...insert('refused'));
      written.open();
      await finish.opened;
      throw refusal;
    });
    await written.opened;
    await source.query(...insert('plain'));
    finish.open();
    await expect(transaction).rejects.toBe(refusal);

    expect(await accounts()).toEqual([]);
  });
});

describeOn('mariadb')('naive set-up: dataSource.transaction on MariaDB', () => {
  beforeEach(async () => {
    await connect(url => ({ type: 'mariadb', url, charset: 'utf8mb4', timezone: 'Z' }));
    await source.query(...insert('a'));
    await source.query(...insert('b'));
  });

  it('answers a deadlock to the caller, who did nothing wrong', async () => {
    const gates = { a: new Gate(), b: new Gate() };
    const transfer = (from: 'a' | 'b', to: 'a' | 'b') =>
      source.transaction(async manager => {
        await manager.query('UPDATE account SET balance = balance - 1 WHERE id = ?', [from]);
        gates[from].open();
        await gates[to].opened;
        await manager.query('UPDATE account SET balance = balance + 1 WHERE id = ?', [to]);
      });
    const results = await Promise.allSettled([transfer('a', 'b'), transfer('b', 'a')]);

    const failures = results.filter(result => result.status === 'rejected');
    expect(failures).toMatchObject([{ reason: { driverError: { code: 'ER_LOCK_DEADLOCK' } } }]);
  });

  it('loses an update that was read before it was written', async () => {
    const gates = [new Gate(), new Gate()];
    const deposit = (mine: Gate, other: Gate) =>
      source.transaction('READ COMMITTED', async manager => {
        const [{ balance }] = await manager.query(`SELECT balance FROM account WHERE id = 'a'`);
        mine.open();
        await other.opened;
        await manager.query(`UPDATE account SET balance = ? WHERE id = 'a'`, [balance + 10]);
      });
    await Promise.all([deposit(gates[0]!, gates[1]!), deposit(gates[1]!, gates[0]!)]);

    expect(await source.query(`SELECT balance FROM account WHERE id = 'a'`)).toEqual([{ balance: 110 }]);
  });
});
