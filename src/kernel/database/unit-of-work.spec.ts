import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { RequestContext } from '../context/request-context.js';
import { AppError } from '../errors/app-error.js';
import { Database } from './database.js';
import { EventLog } from './event-log.port.js';
import { StaleRead } from './stale-read.js';
import type { Unit } from './unit.js';
import { unitOf } from './unit.js';
import { UnitOfWork } from './unit-of-work.js';

const deadlock = () => Object.assign(new Error('deadlock'), { code: 'ER_LOCK_DEADLOCK' });

const manager = {} as EntityManager;
const commit = jest.fn<Promise<void>, []>();
const rollback = jest.fn<Promise<void>, []>();
const writeBehind = jest.fn<Promise<void>, []>();
const append = jest.fn<Promise<void>, []>();

const database = new Database({
  kind: 'mysql',
  reader: manager,
  begin: () => Promise.resolve({ manager, commit, rollback }),
  writeBehind,
  snapshot: () => Promise.resolve({ manager, end: () => Promise.resolve() }),
  load: () => ({ inUse: 0, waiting: 0 }),
  close: () => Promise.resolve(),
});
const units = new UnitOfWork(database, { append } as EventLog);

let ctx: RequestContext;

beforeEach(() => {
  for (const mock of [commit, rollback]) mock.mockReset().mockResolvedValue();
  ctx = RequestContext.system('test', 'req_test');
  append.mockReset().mockImplementation(async () => {
    await write();
  });
});

function run<T>(work: () => Promise<T>, beforeCommit?: () => Promise<void>): Promise<T> {
  return units.run(ctx, { events: ['project.updated'], beforeCommit }, work);
}

const write = () => database.write(ctx);

it('runs work that met contention four times at most', async () => {
  const work = jest.fn(async () => {
    await write();
    throw deadlock();
  });
  await expect(run(work)).rejects.toThrow('deadlock');
  expect(work).toHaveBeenCalledTimes(4);
  expect(rollback).toHaveBeenCalledTimes(4);
  expect(commit).not.toHaveBeenCalled();
});

it('runs the work again when the contention shows at the commit', async () => {
  commit.mockRejectedValueOnce(deadlock());
  const work = jest.fn(async () => 'done');
  await expect(run(work)).resolves.toBe('done');
  expect(work).toHaveBeenCalledTimes(2);
});

it('starts every attempt with an empty record', async () => {
  const records = new Set<unknown>();
  commit.mockRejectedValueOnce(deadlock());
  await run(async () => records.add(ctx.audit));
  expect(records.size).toBe(2);
});

it('does not retry any other failure', async () => {
  const work = jest.fn().mockRejectedValue(new AppError('not_found'));
  await expect(run(work)).rejects.toMatchObject({ code: 'not_found' });
  expect(work).toHaveBeenCalledTimes(1);
});

it('does not roll back after a commit that failed: the connection may be with somebody else', async () => {
  commit.mockRejectedValueOnce(new Error('connection lost'));
  await expect(run(async () => undefined)).rejects.toThrow('connection lost');
  expect(rollback).not.toHaveBeenCalled();
});

it('begins no transaction for bookkeeping that wrote nothing', async () => {
  await expect(units.bookkeeping(ctx, async () => 'nothing to do')).resolves.toBe('nothing to do');
  expect(commit).not.toHaveBeenCalled();
  expect(rollback).not.toHaveBeenCalled();
});

it('undoes everything for a refusal that comes from elsewhere than the work, kept records or not', async () => {
  const refusal = new AppError('not_found').keepRecords();
  await expect(
    run(
      async () => undefined,
      () => Promise.reject(refusal),
    ),
  ).rejects.toBe(refusal);
  expect(rollback).toHaveBeenCalledTimes(1);
  expect(commit).not.toHaveBeenCalled();
});

it('stays a success when a hook fails after the commit, and calls the others', async () => {
  const log = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
  const other = jest.fn();
  const work = jest.fn(async () => {
    ctx.unit!.onCommit(() => {
      throw deadlock();
    });
    ctx.unit!.onCommit(other);
    return 'done';
  });
  await expect(run(work)).resolves.toBe('done');
  expect(work).toHaveBeenCalledTimes(1);
  expect(other).toHaveBeenCalledTimes(1);
  expect(log).toHaveBeenCalledWith('a hook failed after the commit', expect.stringContaining('deadlock'));
});

it('refuses a write that nobody waited for', async () => {
  let late: Unit | undefined;
  await run(async () => void (late = unitOf(ctx)!));
  await expect(late!.manager()).rejects.toThrow('the unit of work has ended');
});

describe('a preview', () => {
  const preview = (work: () => Promise<unknown>) => units.preview(ctx, ['project.updated'], work);

  it('undoes what it did and tells nobody; it answers what the entry would have said', async () => {
    const announced = jest.fn();
    units.onCommitted(announced);
    const record = await preview(async () => {
      await write();
      expect(ctx.unit!.preview).toBe(true);
      ctx.unit!.onCommit(announced);
      database.writeLast(ctx, async () => void ctx.audit.because('the last write'));
    });
    expect(record).toMatchObject({ type: 'project.updated', reason: 'the last write' });
    expect(rollback).toHaveBeenCalledTimes(1);
    for (const never of [commit, append, announced]) expect(never).not.toHaveBeenCalled();
    expect(ctx.unit).toBeNull();
  });

  it('runs again after contention, with an empty record', async () => {
    const work = jest.fn(async () => {
      await write();
      ctx.audit.because(`${ctx.audit.reason ?? ''}${ctx.unit!.attempt}`);
      if (ctx.unit!.attempt < 3) throw ctx.unit!.attempt === 1 ? deadlock() : new StaleRead('a row');
    });
    expect((await preview(work)).reason).toBe('3');
    expect(rollback).toHaveBeenCalledTimes(3);
  });

  it('undoes everything for a refusal too, kept records or not', async () => {
    const refusal = new AppError('not_found').keepRecords();
    const refused = preview(async () => {
      await write();
      throw refusal;
    });
    await expect(refused).rejects.toBe(refusal);
    expect(rollback).toHaveBeenCalledTimes(1);
    expect(commit).not.toHaveBeenCalled();
    expect(ctx.unit).toBeNull();
  });

  it('does not begin within another unit, and lets nothing outlast it', async () => {
    await expect(run(() => preview(async () => undefined))).rejects.toThrow('within another');
    const apart = jest.fn();
    await expect(preview(() => units.apart(ctx, apart))).rejects.toThrow('outlast the preview');
    expect(apart).not.toHaveBeenCalled();
  });
});
