import { AuditRecord } from '../event-log/audit-record.js';
import { defineEvents, type EventType } from '../event-log/event-types.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { AccessCache } from './access-cache.js';

// As a module would; types are not known here.
defineEvents({ 'test.harmless': { text: 'Nothing that access depends on.', access: false } });

let commit: (type: string, effect?: string) => void;
let cache: AccessCache;
beforeEach(() => {
  jest.useFakeTimers();
  const units = {
    onCommitted: (listener: (record: AuditRecord) => void) =>
      (commit = (type, effect) => {
        const record = new AuditRecord([type as EventType]);
        if (effect) record.effect(effect, { type: 'user', id: 'usr_1', name: null });
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
