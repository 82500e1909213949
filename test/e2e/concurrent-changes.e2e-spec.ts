import type { LoggedEvent } from '../support/answers.js';
import type { Answer } from '../support/client.js';
import { admin, expectStatus, signUp, type Person } from '../support/people.js';
import { startServer, type TestServer } from '../support/server.js';

/** How often each of the fields is changed, all at once. */
const TIMES = 6;

let server: TestServer;
let root: Person;
let owner: Person;

beforeAll(async () => {
  server = await startServer();
  [root, owner] = [await admin(server), await signUp(server)];
});

afterAll(() => server?.stop());

const times = Array.from({ length: TIMES }, (_, time) => time);
const get = async (path: string, query: Record<string, string | number> = {}) =>
  expectStatus(200, await server.api.get(path, { auth: root.auth, query })).body;
const patch = (path: string, body: object, { auth } = root) => server.api.patch(path, body, { auth });

/** Values that no other field and no other person has, nor any that contains them. */
const valuesOf = (field: string) => times.map(time => `${field}-${time}-${owner.user.id}`);

async function allDone(requests: Promise<Answer>[]): Promise<void> {
  for (const answer of await Promise.all(requests)) expectStatus(200, answer);
}

/** What the changes of an object make of its fields; each entry must begin where the one before it ended. */
async function replayed(id: string, type: string, count: number): Promise<Record<string, unknown>> {
  const events: LoggedEvent[] = (await get('/v1/events', { target_id: id, type })).items;
  expect(events).toHaveLength(count);
  const fields: Record<string, unknown> = {};
  for (const event of events.reverse()) {
    for (const [field, { before, after }] of Object.entries<any>(event.changes)) {
      if (field in fields) expect({ field, before }).toEqual({ field, before: fields[field] });
      fields[field] = after;
    }
  }
  return fields;
}

async function foundBy(q: string): Promise<string[]> {
  return (await get('/v1/users', { q })).items.map((user: { id: string }) => user.id);
}

it('of a person who is changed field by field at once, search, record and event log agree', async () => {
  const { id } = owner.user;
  const [first, last, phones] = [valuesOf('first'), valuesOf('last'), valuesOf('p')];
  await allDone(
    times.flatMap(time => [
      patch('/v1/me', { first_name: first[time] }, owner),
      patch(`/v1/users/${id}`, { phone: phones[time] }),
      patch('/v1/me', { name: last[time] }, owner),
      patch(`/v1/users/${id}`, { max_projects: 100 + time }),
    ]),
  );
  const user = await get(`/v1/users/${id}`);
  const now = new Set([user.first_name, user.name, user.phone]);
  expect(now.size).toBe(3);
  for (const value of [...first, ...last, ...phones]) {
    expect({ value, found: await foundBy(value) }).toEqual({ value, found: now.has(value) ? [id] : [] });
  }
  const fields = await replayed(id, 'user.updated', TIMES * 4);
  expect(Object.keys(fields).sort()).toEqual(['first_name', 'max_projects', 'name', 'phone']);
  expect(user).toMatchObject(fields);
});

it('of an organization that is changed by several at once, record and event log agree', async () => {
  const { id } = expectStatus(
    201,
    await server.api.post('/v1/organizations', { name: 'Weather' }, { auth: owner.auth }),
  ).body;
  const [path, subscription] = [`/v1/organizations/${id}`, `/v1/organizations/${id}/subscription`];
  await allDone(
    times.flatMap(time => [
      patch(path, { name: `Weather ${time}` }, owner),
      patch(subscription, { requests_per_minute: 1_000 + time, plan: `plan ${time}` }),
      patch(subscription, { requests_per_day: 10_000 + time }),
    ]),
  );
  const { name, ...limits } = await replayed(id, 'organization.updated', TIMES * 3);
  expect(await get(path)).toMatchObject({ name });
  expect(Object.keys(limits).sort()).toEqual(['plan', 'requests_per_day', 'requests_per_minute']);
  expect(await get(subscription)).toMatchObject(limits);
});
