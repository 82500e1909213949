import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestContext } from '../context/request-context.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { AppError } from '../errors/app-error.js';
import type { ErrorCode } from '../errors/error-codes.js';
import type { RecurringJobs } from '../jobs/recurring.js';
import type { IdempotencyRecord } from './idempotency.entity.js';
import { Idempotency } from './idempotency.js';
import type { IdempotencyRepository } from './idempotency.repository.js';

/** The repository's promise in memory: a live id is taken once, as the primary key sees to. */
class Records {
  readonly kept = new Map<string, IdempotencyRecord>();
  find = async (_: unknown, id: string, now: Date) => {
    const record = this.kept.get(id);
    return record && record.expires_at > now ? record : null;
  };
  insert = async (_: unknown, record: IdempotencyRecord) => {
    if (this.kept.has(record.id)) throw Object.assign(new Error('taken'), { code: 'ER_DUP_ENTRY' });
    this.kept.set(record.id, record);
  };
}

const ctx = (id = 'usr_1') =>
  new RequestContext(
    { requestId: 'req_1', ip: null, userAgent: null },
    { principal: { type: 'user', id, name: 'Ada', email: '', sessionId: '', platformAdmin: false } },
  );
const request = (overrides: Record<string, unknown> = {}) =>
  ({
    method: 'POST',
    url: '/v1/things',
    body: { a: 1 },
    headers: { 'idempotency-key': 'k' },
    ...overrides,
  }) as unknown as FastifyRequest;

/** As much of a reply as is needed, with what was set on it. */
function reply(statusCode = 201) {
  const headers: Record<string, string> = {};
  const fake = {
    statusCode,
    headers,
    status: (status: number) => ((fake.statusCode = status), fake),
    header: (name: string, value: string) => ((headers[name] = value), fake),
  };
  return fake;
}

/** One process; nothing here waits for its hourly purge. */
const instance = () =>
  new Idempotency(records as unknown as IdempotencyRepository, {} as UnitOfWork, {} as RecurringJobs);

let records: Records;
let idempotency: Idempotency;
let effects: number;
let mayReplay: () => Promise<void>;
beforeEach(() => {
  records = new Records();
  idempotency = instance();
  effects = 0;
  mayReplay = () => Promise.resolve();
});

/** Sends a request whose effect is to count it. */
async function send(of = request(), who = ctx(), secrets: string[] = []) {
  const to = reply();
  const body = await idempotency.begin(who, of)!.run(to as unknown as FastifyReply, secrets, {
    mayReplay,
    work: async beforeCommit => {
      const result = { number: ++effects, secret: 'shown once' };
      await beforeCommit(result);
      return result;
    },
  });
  return { body, status: to.statusCode, replayed: to.headers['Idempotent-Replayed'] };
}

it('answers the first answer again, without a second effect', async () => {
  const first = await send();
  const second = await send();
  expect(second).toEqual({ ...first, replayed: 'true' });
  expect(effects).toBe(1);
});

it('answers nothing again to somebody who could not do it any more', async () => {
  await send();
  mayReplay = () => Promise.reject(new Error('not any more'));
  await expect(send()).rejects.toThrow('not any more');
  expect(effects).toBe(1);
});

it('leaves secrets out of what is kept', async () => {
  expect((await send(request(), ctx(), ['secret'])).body).toEqual({ number: 1, secret: 'shown once' });
  expect(JSON.stringify([...records.kept.values()])).not.toContain('shown once');
  expect((await send(request(), ctx(), ['secret'])).body).toEqual({ number: 1 });
});

it('keeps apart other people, other routes and other keys, but not other queries', async () => {
  await send();
  await send(request(), ctx('usr_2'));
  await send(request({ url: '/v1/others' }));
  await send(request({ headers: { 'idempotency-key': 'K' } }));
  expect(effects).toBe(4);
  expect((await send(request({ url: '/v1/things?x=1' }))).replayed).toBe('true');
});

it('refuses another body under the same key', async () => {
  await send();
  await expect(send(request({ body: { a: 2 } }))).rejects.toMatchObject({ code: 'idempotency_mismatch' });
});

it('refuses a second request while the first is running, and never has two effects', async () => {
  const answers = await Promise.allSettled([send(), send(), send()]);
  expect(answers.map(answer => answer.status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(answers[1]).toMatchObject({ reason: { code: 'idempotency_in_flight', retryAfter: 1 } });
  expect((await send()).replayed).toBe('true');
});

describe('what another process committed while this one worked', () => {
  /** Runs `work` once the same request was done elsewhere. */
  async function overtaken(work: (beforeCommit: (result: unknown) => Promise<void>) => Promise<unknown>) {
    const elsewhere = instance();
    const to = reply();
    const body = await idempotency.begin(ctx(), request())!.run(to as unknown as FastifyReply, [], {
      mayReplay,
      work: async beforeCommit => {
        await elsewhere.begin(ctx(), request())!.run(reply() as unknown as FastifyReply, [], {
          mayReplay,
          work: commitElsewhere => commitElsewhere({ number: 'theirs' }),
        });
        return work(beforeCommit);
      },
    });
    return { body, replayed: to.headers['Idempotent-Replayed'] };
  }
  const refusing = (code: ErrorCode) => () => Promise.reject(new AppError(code));

  it('is answered, nothing of ours stays', async () => {
    const answer = await overtaken(beforeCommit => beforeCommit({ number: 'ours' }));
    expect(answer).toEqual({ body: { number: 'theirs' }, replayed: 'true' });
  });

  it('is answered also where it is what ours was refused for', async () => {
    const answer = await overtaken(refusing('invitation_pending'));
    expect(answer).toEqual({ body: { number: 'theirs' }, replayed: 'true' });
  });

  it('is not answered to somebody who could not do it any more, nor instead of a fault', async () => {
    await expect(overtaken(refusing('database_busy'))).rejects.toMatchObject({ code: 'database_busy' });
    records.kept.clear();
    mayReplay = refusing('permission_denied');
    await expect(overtaken(refusing('permission_denied'))).rejects.toMatchObject({
      code: 'permission_denied',
    });
  });
});

it('keeps nothing of a request that failed, so that it can be sent again', async () => {
  const failing = () => Promise.reject(new Error('no'));
  const once = () =>
    idempotency
      .begin(ctx(), request())!
      .run(reply() as unknown as FastifyReply, [], { mayReplay, work: failing });
  await expect(once()).rejects.toThrow('no');
  expect((await send()).body).toMatchObject({ number: 1 });
});

it('is asked for by a key on a POST of somebody known', () => {
  expect(idempotency.begin(ctx(), request({ headers: {} }))).toBeNull();
  expect(idempotency.begin(ctx(), request({ method: 'PATCH' }))).toBeNull();
  const nobody = new RequestContext({ requestId: 'req_1', ip: null, userAgent: null }, { principal: null });
  expect(idempotency.begin(nobody, request())).toBeNull();
});

it.each(['', 'é', 'a\tb', 'x'.repeat(256)])('refuses %j as a key', key => {
  expect(() => idempotency.begin(ctx(), request({ headers: { 'idempotency-key': key } }))).toThrow(
    expect.objectContaining({ code: 'invalid_idempotency_key', param: 'Idempotency-Key' }),
  );
});
