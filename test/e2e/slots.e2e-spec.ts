import { codeOf, eventsOf } from '../support/answers.js';
import { BillingClient } from '../support/billing.js';
import type { Answer } from '../support/client.js';
import { expectStatus, Scene } from '../support/scene.js';
import { instantBetween } from '../support/wait-for.js';

let scene: Scene;
let billing: BillingClient;

beforeAll(async () => {
  scene = await Scene.open();
  billing = await BillingClient.open(scene);
});
afterAll(() => scene?.close());

const eventTypes = async (answer: Answer) =>
  (await eventsOf(scene.server, scene.root.auth, answer))
    .filter(event => event.reason !== 'first call with an API key')
    .map(event => event.type);

/** A new customer with so many seats; answers what names the wallet in bodies. */
async function withSeats(amount: number, more: object = {}) {
  const seats = { customer_id: await billing.customer(1), wallet: 'seats' };
  expectStatus(200, await billing.post('slot/grant', { ...seats, amount, ...more }));
  return seats;
}

it('are granted and revoked, once for each key', async () => {
  const customer_id = await billing.customer(1);
  const body = { customer_id, wallet: 'seats', amount: 5, source: 'plan', idempotency_key: 'k', unknown: 1 };
  const granted = await billing.post('slot/grant', body);
  expect(granted.status).toBe(200);
  expect(granted.body).toEqual({
    ...{ pool_id: expect.stringMatching(/^slp_/), wallet: 'seats', source: 'plan' },
    ...{ capacity: 5, in_use: 0, available: 5, status: 'ACTIVE', is_idempotent_replay: false },
  });
  expect(await eventTypes(granted)).toEqual(['slot.created']);
  const again = await billing.post('slot/grant', body);
  expect(again.body).toEqual({ ...granted.body, is_idempotent_replay: true });
  expect(await eventTypes(again)).toEqual([]);
  expect(codeOf(await billing.post('slot/grant', { ...body, amount: 6 }))).toEqual([
    409,
    'transaction_conflict',
  ]);
  const more = await billing.post('slot/grant', { ...body, idempotency_key: 'l' });
  expect(more.body).toMatchObject({ capacity: 10, pool_id: granted.body.pool_id });
  expect(await eventTypes(more)).toEqual(['slot.updated']);
  // The same key for another operation is another one.
  const revoked = await billing.post('slot/revoke', { ...body, amount: 4 });
  expect(revoked.body).toMatchObject({ capacity: 6, is_idempotent_replay: false });
  expect((await billing.post('slot/revoke', { ...body, amount: 4 })).body.is_idempotent_replay).toBe(true);
  const rest = await billing.post('slot/revoke', { ...body, amount: 6, idempotency_key: undefined });
  expect(rest.body).toMatchObject({ capacity: 0, status: 'SUSPENDED' });
});

it('take the key from the header, too', async () => {
  const { customer_id, wallet } = await withSeats(5);
  const body = { customer_id, wallet, amount: 3 };
  const key = { 'idempotency-key': 'in the header' };
  for (const [operation, capacity] of [['grant', 8] as const, ['revoke', 5] as const]) {
    const first = await billing.post(`slot/${operation}`, body, key);
    expect(first.body).toMatchObject({ capacity, is_idempotent_replay: false });
    const again = await billing.post(`slot/${operation}`, { ...body, idempotency_key: 'in the header' });
    expect(again.body).toEqual({ ...first.body, is_idempotent_replay: true });
    expect((await billing.post(`slot/${operation}`, body, key)).body).toEqual(again.body);
    expect(codeOf(await billing.post(`slot/${operation}`, { ...body, amount: 1 }, key))).toEqual([
      409,
      'transaction_conflict',
    ]);
  }
  const tooLong = { 'idempotency-key': 'x'.repeat(256) };
  expect(codeOf(await billing.post('slot/grant', body, tooLong))).toEqual([400, 'invalid_idempotency_key']);
});

it('are claimed and released, once for each resource', async () => {
  const seats = await withSeats(2);
  const claimed = await billing.post('slot/claim', { ...seats, resource_id: 'r' });
  expect(claimed.body).toMatchObject({
    ...{ capacity: 2, in_use: 1, available: 1, is_idempotent_replay: false },
    holding_id: expect.stringMatching(/^slh_/),
  });
  expect(await eventTypes(claimed)).toEqual(['slot.updated']);
  const again = await billing.post('slot/claim', { ...seats, resource_id: 'r' });
  expect(again.body).toEqual({ ...claimed.body, is_idempotent_replay: true });
  expect(await eventTypes(again)).toEqual([]);
  expect(codeOf(await billing.post('slot/claim', { ...seats, resource_id: 's', amount: 2 }))).toEqual([
    400,
    'slot_insufficient_capacity',
  ]);
  expect(codeOf(await billing.post('slot/revoke', { ...seats, amount: 2 }))).toEqual([
    400,
    'slot_capacity_below_in_use',
  ]);
  const released = await billing.post('slot/release', { ...seats, resource_id: 'r' });
  expect(released.body).toMatchObject({ in_use: 0, holding_id: claimed.body.holding_id });
  expect(codeOf(await billing.post('slot/release', { ...seats, resource_id: 'r' }))).toEqual([
    404,
    'slot_holding_not_found',
  ]);
  const anew = await billing.post('slot/claim', { ...seats, resource_id: 'r' });
  expect(anew.body.holding_id).not.toBe(claimed.body.holding_id);
});

it('are claimed from one pool; from several only by several claims', async () => {
  const seats = await withSeats(2, { source: 'a' });
  await billing.post('slot/grant', { ...seats, amount: 3, source: 'b' });
  const claim = (resource_id: string, more: object) =>
    billing.post('slot/claim', { ...seats, resource_id, ...more });
  expect((await claim('r', { amount: 3 })).body).toMatchObject({ source: 'b', in_use: 3 });
  expect((await claim('s', { source: 'a' })).body).toMatchObject({ source: 'a', in_use: 1 });
  await billing.post('slot/grant', { ...seats, amount: 1, source: 'b' });
  const split = await claim('t', { amount: 2 });
  expect(codeOf(split)).toEqual([400, 'slot_split_required']);
  expect(split.body.error.details).toEqual({ requested: 2, available: 2 });
  expect(codeOf(await claim('t', { amount: 3 }))).toEqual([400, 'slot_insufficient_capacity']);
  expect(codeOf(await claim('t', { source: 'c' }))).toEqual([404, 'slot_pool_not_found']);
  const { pools } = (await billing.get(`slot/customer/${encodeURIComponent(seats.customer_id)}`)).body;
  expect(pools.map((pool: any) => [pool.source, pool.capacity, pool.in_use])).toEqual([
    ['a', 2, 1],
    ['b', 4, 3],
  ]);
  const none = await billing.get(`slot/customer/${encodeURIComponent(seats.customer_id)}`, { wallet: 'x' });
  expect(none.body).toEqual({ pools: [] });
});

it('are never claimed beyond the capacity, nor twice for one resource, by however many at once', async () => {
  const seats = await withSeats(5);
  const claims = Array.from({ length: 20 }, (_, at) =>
    billing.post('slot/claim', { ...seats, resource_id: `r${at % 10}` }),
  );
  const answers = await Promise.all(claims);
  const granted = answers.filter(({ status }) => status === 200);
  expect(new Set(granted.map(({ body }) => body.holding_id)).size).toBe(5);
  const { pools } = (await billing.get(`slot/customer/${encodeURIComponent(seats.customer_id)}`)).body;
  expect(pools).toEqual([expect.objectContaining({ capacity: 5, in_use: 5 })]);
});

it('leave events, listed newest first and found by all that they have', async () => {
  const seats = await withSeats(5, { source: 'a', description: 'plan', idempotency_key: 'first' });
  const between = await instantBetween();
  await billing.post('slot/claim', { ...seats, resource_id: 'r', amount: 2 });
  await billing.post('slot/release', { ...seats, resource_id: 'r' });
  await billing.post('slot/revoke', { ...seats, amount: 1, source: 'a' });
  const path = `slot/events/${encodeURIComponent(seats.customer_id)}`;
  const types = async (query: Record<string, string | number>) =>
    expectStatus(200, await billing.get(path, query)).body.items.map((item: any) => item.type);
  expect(await types({})).toEqual(['REVOKE_CAPACITY', 'RELEASE', 'CLAIM', 'GRANT_CAPACITY']);
  expect(await types({ types: 'CLAIM,RELEASE' })).toEqual(['RELEASE', 'CLAIM']);
  expect(await types({ resource_id: 'r' })).toEqual(['RELEASE', 'CLAIM']);
  expect(await types({ sources: 'b,c' })).toEqual([]);
  expect(await types({ wallet: 'seats', types: 'GRANT_CAPACITY' })).toEqual(['GRANT_CAPACITY']);
  expect(await types({ from_at: between })).toHaveLength(3);
  expect(await types({ to_at: between })).toEqual(['GRANT_CAPACITY']);
  const page = await billing.get(path, { limit: 3 });
  const rest = await billing.get(path, { limit: 3, cursor: page.body.next_cursor });
  expect(rest.body.items).toEqual([
    {
      ...{
        id: expect.stringMatching(/^sle_/),
        type: 'GRANT_CAPACITY',
        wallet: 'seats',
        source: 'a',
        amount: 5,
      },
      ...{ resource_id: null, description: 'plan', idempotency_key: 'first', created_at: expect.any(String) },
    },
  ]);
});

it.each<[string, string, object]>([
  ['customer_id_required', 'slot/grant', { wallet: 'w', amount: 1 }],
  ['wallet_required', 'slot/grant', { customer_id: 'c', amount: 1 }],
  ['wallet_required', 'slot/claim', { customer_id: 'c', wallet: '', resource_id: 'r' }],
  ['amount_must_be_positive', 'slot/grant', { customer_id: 'c', wallet: 'w' }],
  ['amount_must_be_positive', 'slot/revoke', { customer_id: 'c', wallet: 'w', amount: 1.5 }],
  ['amount_must_be_positive', 'slot/claim', { customer_id: 'c', wallet: 'w', resource_id: 'r', amount: 0 }],
  ['resource_id_required', 'slot/claim', { customer_id: 'c', wallet: 'w' }],
  ['resource_id_required', 'slot/release', { customer_id: 'c', wallet: 'w', resource_id: '' }],
])('%s: %s %j', async (code, path, body) => {
  expect(codeOf(await billing.post(path, body))).toEqual([400, code]);
});

it('are refused where there is no customer, no pool, no right', async () => {
  const body = { customer_id: 'nobody', wallet: 'w', amount: 1, resource_id: 'r' };
  for (const path of ['grant', 'revoke', 'claim', 'release'])
    expect(codeOf(await billing.post(`slot/${path}`, body))).toEqual([404, 'customer_not_found']);
  for (const path of ['customer', 'events'])
    expect(codeOf(await billing.get(`slot/${path}/nobody`))).toEqual([404, 'customer_not_found']);
  const known = { ...body, customer_id: await billing.customer(1) };
  for (const path of ['revoke', 'claim'])
    expect(codeOf(await billing.post(`slot/${path}`, known))).toEqual([404, 'slot_pool_not_found']);
  const events = `slot/events/${encodeURIComponent(known.customer_id)}`;
  expect(codeOf(await billing.get(events, { from_at: 'x' }))).toEqual([400, 'invalid_from_at']);
  expect(codeOf(await billing.get(events, { to_at: 'x' }))).toEqual([400, 'invalid_to_at']);
  expect(codeOf(await billing.get(events, { limit: 0 }))).toEqual([400, 'invalid_limit']);
  expect(codeOf(await billing.get(events, { types: 'HOLD' }))).toEqual([400, 'validation_failed']);
  const viewer = await scene.key(billing.project, 'viewer');
  expect(codeOf(await scene.api.post('/v1/slot/grant', known, viewer))).toEqual([403, 'permission_denied']);
  const other = await BillingClient.open(scene);
  const seats = await withSeats(1);
  expect(codeOf(await other.post('slot/claim', { ...seats, resource_id: 'r' }))).toEqual([
    404,
    'customer_not_found',
  ]);
});
