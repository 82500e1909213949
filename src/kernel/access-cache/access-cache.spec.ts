import type { UnitOfWork } from '../database/unit-of-work.js';
import { AuditRecord } from '../event-log/audit-record.js';
import { defineEvents, type EventType } from '../event-log/event-types.js';
import { defineTarget } from '../event-log/targets.js';
import { AccessCache } from './access-cache.js';

// As a module would; types are not known here.
defineEvents({ 'test.harmless': { text: 'Nothing that access depends on.', access: false } });

const target = defineTarget('user', { name: [] });

let commit: (type: string, effect?: string) => void;
let cache: AccessCache;
beforeEach(() => {
  jest.useFakeTimers();
  const units = {
    onCommitted: (listener: (record: AuditRecord) => void) =>
      (commit = (type, effect) => {
        const record = new AuditRecord([type as EventType]);
        if (effect) record.effect(effect, target('usr_1', null));
        listener(record);
      }),
  };
  cache = new AccessCache(units as unknown as UnitOfWork);
});
afterEach(() => jest.useRealTimers());

const load = (value: unknown) => jest.fn(() => Promise.resolve(value));

it('remembers what was found for a second, and not a moment longer', async () => {
  const find = load('ada');
  expect(await cache.getOrLoad('k', find)).toBe('ada');
  jest.advanceTimersByTime(999);
  expect(await cache.getOrLoad('k', find)).toBe('ada');
  expect(find).toHaveBeenCalledTimes(1);
  jest.advanceTimersByTime(1);
  expect(cache.get('k')).toBeUndefined();
  await cache.getOrLoad('k', find);
  expect(find).toHaveBeenCalledTimes(2);
});

it('counts the second from the question, however slow the answer', async () => {
  await cache.getOrLoad('k', async () => {
    jest.advanceTimersByTime(700);
    return 'ada';
  });
  expect(cache.get('k')).toBe('ada');
  jest.advanceTimersByTime(300);
  expect(cache.get('k')).toBeUndefined();
});

it('does not remember that nothing was found', async () => {
  expect(await cache.getOrLoad('k', load(null))).toBeNull();
  expect(await cache.getOrLoad('k', load('made since'))).toBe('made since');
});

it.each([
  'session.ended',
  'user.password_changed',
  'api_key.revoked',
  'project.suspended',
  'role.updated',
  'nobody.defines_this',
])('forgets everything once %s is committed', async type => {
  await cache.getOrLoad('k', load('ada'));
  commit(type);
  expect(cache.get('k')).toBeUndefined();
});

it('keeps what a mutation cannot have changed', async () => {
  await cache.getOrLoad('k', load('ada'));
  commit('test.harmless', 'test.harmless');
  expect(cache.get('k')).toBe('ada');
});

it('forgets what an effect may have changed', async () => {
  await cache.getOrLoad('k', load('ada'));
  commit('test.harmless', 'session.ended');
  expect(cache.get('k')).toBeUndefined();
});

it('does not remember what was read before a commit and came after it', async () => {
  let answer!: (value: string) => void;
  const reading = cache.getOrLoad('k', () => new Promise<string>(resolve => (answer = resolve)));
  commit('session.ended');
  answer('still signed in');
  await reading;
  expect(cache.get('k')).toBeUndefined();
});

describe('with a renewal', () => {
  const renewed = (value: string) =>
    jest.fn(
      async (remembered: ReadonlyMap<string, unknown>) =>
        new Map([...remembered.keys()].map(key => [key, value])),
    );

  it('reads what is in use anew, all at once, before its second is over', async () => {
    const renewal = renewed('ada of now');
    for (const key of ['k', 'l', 'unused']) await cache.getOrLoad(key, load('ada'), renewal);
    cache.get('k');
    cache.get('l');
    await jest.advanceTimersByTimeAsync(950);
    expect(renewal.mock.calls).toEqual([
      [
        new Map([
          ['k', 'ada'],
          ['l', 'ada'],
        ]),
      ],
    ]);
    expect(cache.get('k')).toBe('ada of now');
    await jest.advanceTimersByTimeAsync(100);
    expect(cache.get('unused')).toBeUndefined();
    expect(cache.get('l')).toBe('ada of now');
  });

  it('does not keep what is no more, nor what cannot be read', async () => {
    await cache.getOrLoad('gone', load('ada'), async () => new Map());
    await cache.getOrLoad('unread', load('ada'), () => Promise.reject(new Error('the database is away')));
    cache.get('gone');
    cache.get('unread');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(cache.get('gone')).toBeUndefined();
    expect(cache.get('unread')).toBeUndefined();
    await jest.advanceTimersByTimeAsync(200);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not remember what was read before a commit and came after it', async () => {
    let answer!: (found: Map<string, unknown>) => void;
    await cache.getOrLoad('k', load('ada'), () => new Promise(resolve => (answer = resolve)));
    cache.get('k');
    await jest.advanceTimersByTimeAsync(700);
    commit('api_key.revoked');
    answer(new Map([['k', 'still in force']]));
    await jest.advanceTimersByTimeAsync(0);
    expect(cache.get('k')).toBeUndefined();
  });
});
