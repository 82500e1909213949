import { Logger } from '@nestjs/common';
import { Buffer, type BufferOptions } from './buffer.js';
import { Buffers } from './buffers.js';

const away = Object.assign(new Error('away'), { code: 'ECONNREFUSED', fatal: true });

let batches: string[][];
let failure: Error | null;

function buffer(options: Partial<BufferOptions<string>> = {}) {
  return new Buffer<string>({
    ...{ name: 'notes', gatherMs: 500, batch: 3, most: 10 },
    write: async values => {
      if (failure) throw failure;
      if (values.includes('bad')) throw new Error('cannot be stored');
      batches.push(values);
    },
    ...options,
  });
}

function note(into: Buffer<string>, ...values: string[]) {
  for (const value of values) into.note(value, () => value);
}

beforeEach(() => {
  batches = [];
  failure = null;
  jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

it('writes what has been gathered for long enough, and nothing newer', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  const notes = buffer();
  note(notes, 'a');
  await jest.advanceTimersByTimeAsync(400);
  note(notes, 'b');
  await jest.advanceTimersByTimeAsync(101);
  expect(batches).toEqual([['a']]);
  await jest.advanceTimersByTimeAsync(500);
  expect(batches).toEqual([['a'], ['b']]);
  expect(jest.getTimerCount()).toBe(0);
});

it('gathers by key, and writes in batches of bounded weight', async () => {
  const tallies = new Buffer<{ key: string; count: number }>({
    ...{ name: 'tallies', gatherMs: 500, batch: 3, most: 10 },
    weigh: ({ count }) => count,
    write: async values => void batches.push(values.map(({ key, count }) => `${key}${count}`)),
  });
  for (const key of 'aabacb') {
    tallies.note(
      key,
      () => ({ key, count: 0 }),
      tally => tally.count++,
    );
  }
  expect(tallies.waiting).toBe(6);
  await tallies.flush();
  expect(batches).toEqual([['a3'], ['b2', 'c1']]);
  expect(tallies.waiting).toBe(0);
});

it('keeps a batch that cannot be written now, tries it again as it was, and goes on', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  failure = away;
  const notes = buffer();
  note(notes, 'a', 'b');
  await notes.flush();
  note(notes, 'c');
  expect(notes.waiting).toBe(3);
  failure = null;
  await jest.advanceTimersByTimeAsync(501);
  expect(batches[0]).toEqual(['a', 'b']);
  await notes.flush();
  expect(batches).toEqual([['a', 'b'], ['c']]);
  expect(notes.lost).toBe(0);
});

it('gives up the one value that cannot be written', async () => {
  const notes = buffer({ batch: 10 });
  note(notes, 'a', 'b', 'bad', 'c');
  await notes.flush();
  expect(batches.flat()).toEqual(['a', 'b', 'c']);
  expect(notes.lost).toBe(1);
});

it('keeps no more than it may; the oldest is given up and counted', async () => {
  const notes = buffer();
  note(notes, ...'abcdefghijk');
  expect(notes.waiting).toBe(9);
  expect(notes.lost).toBe(2);
  await notes.flush();
  expect(batches.flat().join('')).toBe('cdefghijk');
});

it('writes at a flush what was noted while another was running', async () => {
  const notes = buffer();
  note(notes, 'a');
  const first = notes.flush();
  note(notes, 'b');
  await notes.flush();
  expect(batches.flat()).toEqual(['a', 'b']);
  await first;
});

it('flushes all buffers a last time, those made last first', async () => {
  const buffers = new Buffers();
  const below = buffers.make<string>({
    ...{ name: 'below', gatherMs: 60_000, batch: 3, most: 10 },
    write: async values => void batches.push(values),
  });
  const above = buffers.make<string>({
    ...{ name: 'above', gatherMs: 60_000, batch: 3, most: 10 },
    write: async ([value]) => below.note('told', () => `${value} told`),
  });
  above.note('a', () => 'a');
  await buffers.flushAll();
  expect(batches).toEqual([['a told']]);
  expect(buffers.state()).toEqual([
    { name: 'below', waiting: 0, lost: 0 },
    { name: 'above', waiting: 0, lost: 0 },
  ]);
});
