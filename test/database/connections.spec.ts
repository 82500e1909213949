import { parseDatabaseUrl } from '../../src/kernel/config/database-url.js';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import type { Database } from '../../src/kernel/database/database.js';
import { databaseTrouble } from '../../src/kernel/database/database-errors.js';
import { openDatabase, writerOptions } from '../../src/kernel/database/open-database.js';
import { WriterSource } from '../../src/kernel/database/writer-source.js';
import { describeOn, type FreshDatabase, freshDatabase } from '../support/lane.js';
import { waitFor } from '../support/wait-for.js';
import { CreateBank } from './bank.js';

let fresh: FreshDatabase;
let source: WriterSource;
let database: Database;

beforeEach(async () => {
  fresh = await freshDatabase();
  source = new WriterSource({ ...writerOptions(parseDatabaseUrl(fresh.url)!), migrations: [CreateBank] });
  await source.initialize();
  database = await openDatabase(source);
});

afterEach(async () => {
  await database.close();
  await fresh.drop();
});

describe('every database', () => {
  it.each([
    ['Key-A', 'key-a'],
    ['Key-A', 'Key-A '],
    ['Key-A', 'Këy-A'],
  ])('tells %j from %j', async (one, other) => {
    for (const id of [one, other])
      await source.query('INSERT INTO account (id, balance) VALUES (?, 0)', [id]);
    const found = await database
      .read(RequestContext.reading('test'))
      .query('SELECT id FROM account WHERE id = ?', [one]);
    expect(found).toEqual([{ id: one }]);
  });

  it('is migrated once, however often it is opened', async () => {
    const again = new WriterSource({
      ...writerOptions(parseDatabaseUrl(fresh.url)!),
      migrations: [CreateBank],
    });
    await again.initialize();
    await (await openDatabase(again)).close();
    expect(await source.query('SELECT name FROM migrations')).toEqual([{ name: 'CreateBank1700000000000' }]);
  });

  it('answers a ping, and fails it once closed', async () => {
    await expect(database.ping()).resolves.toBeUndefined();
    await database.close();
    await expect(database.ping()).rejects.toThrow();
    database = await openDatabase(await source.initialize());
  });
});

describeOn('sqlite')('SQLite', () => {
  const pragma = async (name: string) => Object.values((await source.query(`PRAGMA ${name}`))[0])[0];

  it('writes through to the disk before it acknowledges', async () => {
    expect([await pragma('journal_mode'), await pragma('synchronous'), await pragma('foreign_keys')]).toEqual(
      ['wal', 2, 1],
    );
  });

  it('never writes through the connection of the readers', async () => {
    const insert = database
      .read(RequestContext.reading('test'))
      .query(`INSERT INTO account (id, balance) VALUES ('a', 0)`);
    await expect(insert).rejects.toMatchObject({ driverError: { code: 'SQLITE_READONLY' } });
  });
});

describeOn('mariadb')('MariaDB', () => {
  it('is strict, in UTC and impatient on every connection of the pool', async () => {
    const runners = Array.from({ length: 4 }, () => source.createQueryRunner());
    try {
      for (const runner of runners) {
        await runner.connect();
        const [variables] = await runner.query(
          'SELECT @@sql_mode AS mode, @@time_zone AS zone, @@innodb_lock_wait_timeout AS patience, @@tx_isolation AS isolation',
        );
        expect(variables).toMatchObject({ zone: '+00:00', patience: 5, isolation: 'READ-COMMITTED' });
        expect(variables.mode).toContain('STRICT_ALL_TABLES');
      }
    } finally {
      for (const runner of runners) await runner.release();
    }
  });

  it('is migrated by one instance after the other', async () => {
    const name = 'bailiwick_migrations.';
    const other = source.createQueryRunner();
    await other.query('SELECT GET_LOCK(CONCAT(?, DATABASE()), 0)', [name]);
    let done = false;
    const migration = source.runMigrations().then(() => (done = true));
    await waitFor('the second to wait for the first', async () => {
      const [{ waiting }] = await other.query(
        "SELECT COUNT(*) AS waiting FROM information_schema.processlist WHERE db = DATABASE() AND state = 'User lock'",
      );
      return Number(waiting) === 1;
    });
    expect(done).toBe(false);
    await other.query('SELECT RELEASE_LOCK(CONCAT(?, DATABASE()))', [name]);
    await other.release();
    await migration;
  });

  it('says of a connection that was lost in the middle of a transaction that it is away', async () => {
    const { manager, rollback } = await database.begin();
    const [{ id }] = await manager.query('SELECT CONNECTION_ID() AS id');
    await source.query(`KILL ${Number(id)}`);
    const trouble = async () =>
      manager.query('SELECT 1').then(
        () => undefined,
        (error: unknown) => ({ error, trouble: databaseTrouble(error) }),
      );
    const first = await waitFor('the connection to be gone', trouble);
    for (const { error, trouble: found } of [first, (await trouble())!]) {
      expect({ error, code: found?.code }).toEqual({ error, code: 'database_unavailable' });
    }
    await rollback().catch(() => undefined);
    await expect(database.ping()).resolves.toBeUndefined();
  });
});
