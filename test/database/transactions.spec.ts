import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { isUniqueViolation } from '../../src/kernel/database/database-errors.js';
import { AppError } from '../../src/kernel/errors/app-error.js';
import { Gate } from '../support/gate.js';
import { describeOn } from '../support/lane.js';
import { AccountEntity, Bank } from './bank.js';

// The unit of work under concurrency, on every database. `naive-transactions.spec.ts` shows what happens
// in the same situations without it.

const refusal = new Error('refused');

let bank: Bank;

beforeEach(async () => {
  bank = await Bank.start();
});

afterEach(() => bank.close());

/** A mutation that opens account `id` and stays open until the gate is. */
function openAccount(id: string, finish: Promise<void>, end: () => void = () => undefined) {
  const written = new Gate();
  const done = bank.mutate(async ctx => {
    await bank.open(ctx, id);
    written.open();
    await finish;
    end();
  });
  return { done, written: written.opened };
}

const refuse = () => {
  throw refusal;
};

describe('overlapping units', () => {
  it('keep every acknowledged write and no refused one, whatever the order', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `account-${index}`);
    const results = await Promise.allSettled(
      ids.map((id, index) =>
        bank.mutate(async ctx => {
          await bank.open(ctx, id);
          await sleep((index * 7) % 5);
          if (index % 2) throw refusal;
        }),
      ),
    );
    const acknowledged = ids.filter((_, index) => results[index]!.status === 'fulfilled');
    expect(acknowledged).toHaveLength(6);
    const present = await Promise.all(ids.map(id => bank.balance(id)));
    expect(ids.filter((_, index) => present[index] !== null)).toEqual(acknowledged);
    expect((await bank.logged()).sort()).toEqual([...acknowledged].sort());
  });

  it('never show their rows before they commit, and see their own', async () => {
    const finish = new Gate();
    const { done, written } = openAccount('a', finish.opened);
    await written;
    expect(await bank.balance('a')).toBeNull();
    expect(await bank.balance('a', bank.request())).toBeNull();
    expect(await bank.logged()).toEqual([]);
    finish.open();
    await done;
    expect(await bank.balance('a')).toBe(0);

    await bank.mutate(async ctx => {
      await bank.add(ctx, 'a', 5);
      expect(await bank.balance('a', ctx)).toBe(5);
      expect(await bank.balance('a')).toBe(0);
    });
  });

  it('do not take the writes of others with them when they are refused', async () => {
    const finish = new Gate();
    const refused = openAccount('refused', finish.opened, refuse);
    await refused.written;
    const other = bank.mutate(ctx => bank.open(ctx, 'other'));
    finish.open();
    await expect(refused.done).rejects.toBe(refusal);
    await other;
    expect(await bank.balance('refused')).toBeNull();
    expect(await bank.balance('other')).toBe(0);
  });

  it('neither lose an update nor spend the same money twice', async () => {
    await bank.mutate(ctx => bank.open(ctx, 'a', 100));
    const added = await Promise.all(
      Array.from({ length: 10 }, () => bank.mutate(ctx => bank.add(ctx, 'a', 10))),
    );
    expect(added.every(Boolean)).toBe(true);
    expect(await bank.balance('a')).toBe(200);

    const spent = await Promise.all(
      Array.from({ length: 10 }, () => bank.mutate(ctx => bank.add(ctx, 'a', -30))),
    );
    expect(spent.filter(Boolean)).toHaveLength(6);
    expect(await bank.balance('a')).toBe(20);
  });

  it('survive transfers that cross, with the sum unchanged and one entry each', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    for (const id of ids) await bank.mutate(ctx => bank.open(ctx, id, 100));
    const transfers = Array.from(
      { length: 24 },
      (_, index) => [ids[index % 4]!, ids[(index * 3 + 1) % 4]!] as const,
    );
    await Promise.all(
      transfers.map(([from, to]) =>
        bank.mutate(async ctx => {
          await bank.add(ctx, from, -1);
          await bank.add(ctx, to, 1);
        }),
      ),
    );
    const balances = await Promise.all(ids.map(id => bank.balance(id)));
    expect(balances.reduce((sum, balance) => sum! + balance!, 0)).toBe(400);
    expect(await bank.logged()).toHaveLength(ids.length + transfers.length);
  });
});

describe('a unit of work', () => {
  it('holds no lock before its first write', async () => {
    await bank.mutate(ctx => bank.open(ctx, 'a', 100));
    const [begun, proceed] = [new Gate(), new Gate()];
    const slow = bank.mutate(async ctx => {
      const before = await bank.balance('a', ctx);
      begun.open();
      await proceed.opened;
      await bank.add(ctx, 'a', 1);
      return before;
    });
    await begun.opened;
    await bank.mutate(ctx => bank.add(ctx, 'a', 10));
    proceed.open();
    expect(await slow).toBe(100);
    expect(await bank.balance('a')).toBe(111);
  });

  it('undoes everything when the handler fails', async () => {
    const attempt = bank.mutate(async ctx => {
      await bank.open(ctx, 'a');
      await bank.open(ctx, 'b');
      throw refusal;
    });
    await expect(attempt).rejects.toBe(refusal);
    expect(await bank.balance('a')).toBeNull();
    expect(await bank.logged()).toEqual([]);
  });

  it('undoes everything when the event log fails', async () => {
    bank.log.failure = new Error('no entry');
    await expect(bank.mutate(ctx => bank.open(ctx, 'a'))).rejects.toThrow('no entry');
    expect(await bank.balance('a')).toBeNull();
  });

  it('commits nothing for a handler that does not say what it changed', async () => {
    const silent = bank.mutate(async ctx => {
      const manager = await bank.database.write(ctx);
      await manager.query(`INSERT INTO account (id, balance) VALUES ('a', 0)`);
    });
    await expect(silent).rejects.toThrow('must say what it changed');
    expect(await bank.balance('a')).toBeNull();
  });

  it('undoes everything when the last statement before the commit fails', async () => {
    const ctx = bank.request();
    const attempt = bank.units.run(ctx, { events: ['project.updated'], beforeCommit: refuse }, () =>
      bank.open(ctx, 'a'),
    );
    await expect(attempt).rejects.toBe(refusal);
    expect(await bank.balance('a')).toBeNull();
    expect(await bank.logged()).toEqual([]);
  });

  it('keeps the records of a refusal that is an outcome, with its entry', async () => {
    const wrongPassword = new AppError('invalid_credentials').keepRecords();
    const attempt = bank.mutate(async ctx => {
      await bank.open(ctx, 'failed-attempt');
      throw wrongPassword;
    });
    await expect(attempt).rejects.toBe(wrongPassword);
    expect(await bank.balance('failed-attempt')).toBe(0);
    expect(await bank.logged()).toEqual(['failed-attempt']);
  });

  it('undoes the records of such a refusal too when the event log fails', async () => {
    bank.log.failure = new Error('no entry');
    const attempt = bank.mutate(async ctx => {
      await bank.open(ctx, 'failed-attempt');
      throw new AppError('invalid_credentials').keepRecords();
    });
    await expect(attempt).rejects.toThrow('no entry');
    expect(await bank.balance('failed-attempt')).toBeNull();
  });

  it('takes what runs inside it as part of itself', async () => {
    const both = bank.mutate(async ctx => {
      await bank.open(ctx, 'outer');
      await bank.mutate(() => bank.open(ctx, 'inner'), ctx);
      expect(await bank.balance('inner')).toBeNull();
      throw refusal;
    });
    await expect(both).rejects.toBe(refusal);
    expect(await bank.balance('inner')).toBeNull();

    await bank.mutate(async ctx => {
      await bank.mutate(() => bank.open(ctx, 'inner'), ctx);
      await bank.open(ctx, 'outer');
    });
    expect(await bank.balance('inner')).toBe(0);
    expect(await bank.logged()).toEqual(['outer']);
  });

  it('lets TypeORM save entities in its own transaction', async () => {
    const attempt = bank.mutate(async ctx => {
      const manager = await bank.database.write(ctx);
      await manager.save(AccountEntity, { id: 'a', balance: 1 });
      throw refusal;
    });
    await expect(attempt).rejects.toBe(refusal);
    expect(await bank.balance('a')).toBeNull();
  });

  it('leaves no entry when it is bookkeeping, and is undone as a whole all the same', async () => {
    const ctx = bank.request();
    await bank.units.bookkeeping(ctx, () => bank.open(ctx, 'kept'));
    const failed = bank.units.bookkeeping(ctx, async () => {
      await bank.open(ctx, 'gone');
      throw refusal;
    });
    await expect(failed).rejects.toBe(refusal);
    expect(await bank.balance('kept')).toBe(0);
    expect(await bank.balance('gone')).toBeNull();
    expect(await bank.logged()).toEqual([]);
  });

  it('is needed for every write', async () => {
    const ctx = bank.request();
    await expect(async () => bank.database.write(ctx)).rejects.toThrow('a write needs an open unit of work');
    await bank.mutate(() => bank.open(ctx, 'a'), ctx);
    await expect(async () => bank.database.write(ctx)).rejects.toThrow('a write needs an open unit of work');
  });
});

/** Opens accounts with a balance of 1, behind. */
const opening = (...ids: string[]) =>
  bank.units.writeBehind(async batch => {
    for (const id of ids) await batch.query('INSERT INTO account (id, balance) VALUES (?, ?)', [id, 1]);
  });

describe('what is written behind', () => {
  it('is there when it is said to be, and leaves no entry', async () => {
    await opening('a', 'b');
    expect([await bank.balance('a'), await bank.balance('b')]).toEqual([1, 1]);
    expect(await bank.logged()).toEqual([]);
  });

  it('is undone as a whole, and says what the driver did', async () => {
    await opening('taken');
    const error = await opening('a', 'taken', 'b').catch((reason: unknown) => reason);
    expect(isUniqueViolation(error)).toBe(true);
    expect([await bank.balance('a'), await bank.balance('b')]).toEqual([null, null]);
    await opening('a');
    expect(await bank.balance('a')).toBe(1);
  });

  it('mingles with no unit of work, however many there are at once', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `account-${index}`);
    const results = await Promise.allSettled(
      ids.map((id, index) => {
        if (index % 3 === 0) return opening(id);
        return bank.mutate(async ctx => {
          await bank.open(ctx, id);
          if (index % 3 === 1) throw refusal;
        });
      }),
    );
    const acknowledged = ids.filter((_, index) => results[index]!.status === 'fulfilled');
    expect(acknowledged).toHaveLength(20);
    const present = await Promise.all(ids.map(id => bank.balance(id)));
    expect(ids.filter((_, index) => present[index] !== null)).toEqual(acknowledged);
  });
});

describeOn('sqlite')('what is written behind on SQLite', () => {
  it('waits for its turn to write', async () => {
    const finish = new Gate();
    const { done, written } = openAccount('a', finish.opened);
    await written;
    const behind = bank.units.writeBehind(async batch => {
      await batch.query('UPDATE account SET balance = ? WHERE id = ?', [5, 'a']);
    });
    finish.open();
    await Promise.all([done, behind]);
    expect(await bank.balance('a')).toBe(5);
  });

  it('goes on when its thread has ended', async () => {
    const asked = jest.spyOn(Worker.prototype, 'postMessage');
    await opening('before');
    const thread = asked.mock.contexts[0] as Worker;
    const [meanwhile] = await Promise.allSettled([opening('meanwhile'), thread.terminate()]);
    await opening('after');
    expect([await bank.balance('before'), await bank.balance('after')]).toEqual([1, 1]);
    expect(await bank.balance('meanwhile')).toBe(meanwhile.status === 'fulfilled' ? 1 : null);
  });
});

describe('what waits for the commit', () => {
  it('runs after it, once', async () => {
    const seen: (number | null)[] = [];
    const reads: Promise<void>[] = [];
    await bank.mutate(async ctx => {
      ctx.unit!.onCommit(() => {
        reads.push(bank.balance('a').then(balance => void seen.push(balance)));
      });
      await bank.open(ctx, 'a', 7);
      expect(reads).toEqual([]);
    });
    await Promise.all(reads);
    expect(seen).toEqual([7]);
  });

  it('never runs for a unit that is undone', async () => {
    const hook = jest.fn();
    const attempt = bank.mutate(async ctx => {
      ctx.unit!.onCommit(hook);
      await bank.open(ctx, 'a');
      throw refusal;
    });
    await expect(attempt).rejects.toBe(refusal);
    expect(hook).not.toHaveBeenCalled();
  });

  it('may use the same context for a unit of its own', async () => {
    let second: Promise<void> | undefined;
    await bank.mutate(async ctx => {
      await bank.open(ctx, 'first');
      ctx.unit!.onCommit(() => {
        second = bank.mutate(() => bank.open(ctx, 'second'), ctx);
      });
    });
    await second;
    expect((await bank.logged()).sort()).toEqual(['first', 'second']);
  });
});

describeOn('sqlite')('SQLite: one writer', () => {
  it('fails a unit that waits for itself', async () => {
    await bank.close();
    bank = await Bank.start({ writerDeadlineMs: 50 });
    const attempt = bank.mutate(async ctx => {
      await bank.open(ctx, 'outer');
      await bank.mutate(other => bank.open(other, 'inner'));
    });
    await expect(attempt).rejects.toMatchObject({ code: 'database_busy' });
    expect(await bank.balance('outer')).toBeNull();

    await bank.mutate(ctx => bank.open(ctx, 'next'));
    expect(await bank.balance('next')).toBe(0);
  });

  it('keeps a failed commit away from the writer that comes next', async () => {
    await bank.mutate(async ctx => {
      const manager = await bank.database.write(ctx);
      await manager.query(
        'CREATE TABLE orphan (account_id REFERENCES account (id) DEFERRABLE INITIALLY DEFERRED)',
      );
      await bank.open(ctx, 'a');
    });
    const finish = new Gate();
    const written = new Gate();
    const failing = bank.mutate(async ctx => {
      await bank.open(ctx, 'b');
      const manager = await bank.database.write(ctx);
      await manager.query(`INSERT INTO orphan VALUES ('nobody')`);
      written.open();
      await finish.opened;
    });
    await written.opened;
    const next = bank.mutate(async ctx => {
      await bank.open(ctx, 'c');
      await sleep(20);
      await bank.open(ctx, 'd');
    });
    finish.open();
    await expect(failing).rejects.toMatchObject({ driverError: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } });
    await next;
    expect(await bank.balance('b')).toBeNull();
    expect([await bank.balance('c'), await bank.balance('d')]).toEqual([0, 0]);
  });
});

describeOn('mariadb')('MariaDB: many writers', () => {
  it('runs the loser of a deadlock again, so that both succeed', async () => {
    for (const id of ['a', 'b']) await bank.mutate(ctx => bank.open(ctx, id, 100));
    const gates = { a: new Gate(), b: new Gate() };
    const hook = jest.fn();
    let runs = 0;
    const transfer = (from: 'a' | 'b', to: 'a' | 'b') =>
      bank.mutate(async ctx => {
        runs++;
        ctx.unit!.onCommit(hook);
        await bank.add(ctx, from, -10);
        gates[from].open();
        await gates[to].opened;
        await bank.add(ctx, to, 10);
      });
    await Promise.all([transfer('a', 'b'), transfer('b', 'a')]);

    expect(runs).toBeGreaterThan(2);
    expect([await bank.balance('a'), await bank.balance('b')]).toEqual([100, 100]);
    expect(await bank.logged()).toHaveLength(4);
    expect(hook).toHaveBeenCalledTimes(2);
  });

  it('lets units on different rows go on side by side', async () => {
    for (const id of ['a', 'b']) await bank.mutate(ctx => bank.open(ctx, id));
    const finish = new Gate();
    const written = new Gate();
    const slow = bank.mutate(async ctx => {
      await bank.add(ctx, 'a', 1);
      written.open();
      await finish.opened;
    });
    await written.opened;
    await bank.mutate(ctx => bank.add(ctx, 'b', 1));
    finish.open();
    await slow;
    expect([await bank.balance('a'), await bank.balance('b')]).toEqual([1, 1]);
  });
});
