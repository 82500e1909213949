import { codeOf, eventOf } from '../support/answers.js';
import { BillingClient } from '../support/billing.js';
import { expectStatus, Scene } from '../support/scene.js';
import { instantBetween } from '../support/wait-for.js';

let scene: Scene;
let billing: BillingClient;
let customer_id: string;
let path: string;

beforeAll(async () => {
  scene = await Scene.open();
  billing = await BillingClient.open(scene);
  await billing.customer(1);
});
beforeEach(async () => {
  customer_id = await billing.customer(1);
  path = `entitlement/${encodeURIComponent(customer_id)}`;
});
afterAll(() => scene?.close());

const set = (feature_key: string, value: unknown, more: object = {}) =>
  billing.post('entitlement/set', { customer_id, feature_key, value, ...more });

it('are set, read, set again and removed, each with its entry in the event log', async () => {
  const more = { source: 'plan', description: 'Team', metadata: { Tier: 2 }, unknown: 1 };
  const made = await set('max/projects', '10', { ...more, valid_from: '2026-01-01T01:00:00+01:00' });
  expect(made.status).toBe(200);
  const fields = {
    ...{ entitlement_id: expect.stringMatching(/^ent_/), feature_key: 'max/projects', value: '10' },
    ...{ valid_from: '2026-01-01T00:00:00.000Z', valid_until: null },
    ...{ source: 'plan', description: 'Team', metadata: { Tier: 2 } },
  };
  expect(made.body).toEqual({ ...fields, is_created: true, old_value: null });
  expect(await eventOf(scene.server, scene.root.auth, made)).toMatchObject({
    type: 'entitlement.created',
    target: { type: 'customer', id: customer_id },
    changes: { value: { before: null, after: '10' } },
  });
  const one = `${path}/${encodeURIComponent('max/projects')}`;
  expect((await billing.get(one)).body).toEqual({ entitlement: fields });
  const again = await set('max/projects', '25');
  expect(again.body).toMatchObject({
    is_created: false,
    old_value: '10',
    value: '25',
    source: null,
    metadata: null,
  });
  expect((await eventOf(scene.server, scene.root.auth, again)).type).toBe('entitlement.updated');
  const body = { customer_id, feature_key: 'max/projects' };
  const removed = await billing.post('entitlement/remove', body);
  expect(removed.body).toEqual({ removed: true, old_value: '25' });
  expect((await eventOf(scene.server, scene.root.auth, removed)).type).toBe('entitlement.deleted');
  expect((await billing.get(one)).body).toEqual({ entitlement: null });
  const absent = await billing.post('entitlement/remove', body);
  expect([absent.status, absent.body]).toEqual([200, { removed: false, old_value: null }]);
});

it('are listed with whether they are valid now', async () => {
  await set('b', '1');
  await set('a', '2', { valid_from: '2999-01-01T00:00:00Z' });
  await set('c', '3', { valid_until: '2020-01-01T00:00:00Z' });
  const list = async (query: Record<string, string>) =>
    expectStatus(200, await billing.get(path, query)).body.items.map((item: any) => [
      item.feature_key,
      item.is_active,
    ]);
  expect(await list({})).toEqual([
    ['a', false],
    ['b', true],
  ]);
  expect(await list({ include_expired: 'true' })).toEqual([
    ['a', false],
    ['b', true],
    ['c', false],
  ]);
  expect(await list({ feature_keys: 'b, c,x' })).toEqual([['b', true]]);
  expect((await billing.get(`${path}/c`)).body).toEqual({ entitlement: null });
});

it('leave events, listed newest first', async () => {
  await set('a', '1', { source: 's', description: 'd' });
  const between = await instantBetween();
  await set('a', '2');
  await set('b', '1');
  await billing.post('entitlement/remove', { customer_id, feature_key: 'a' });
  const list = async (query: Record<string, string | number>) =>
    expectStatus(200, await billing.get(`${path}/events`, query)).body.items;
  const all = await list({});
  expect(all.map((item: any) => [item.feature_key, item.type, item.old_value, item.new_value])).toEqual([
    ['a', 'REMOVE', '2', null],
    ['b', 'SET', null, '1'],
    ['a', 'SET', '1', '2'],
    ['a', 'SET', null, '1'],
  ]);
  expect(all[3]).toMatchObject({ id: expect.stringMatching(/^ene_/), source: 's', description: 'd' });
  expect(await list({ feature_key: 'b' })).toHaveLength(1);
  expect(await list({ types: 'REMOVE' })).toHaveLength(1);
  expect(await list({ types: 'SET', feature_key: 'a' })).toHaveLength(2);
  expect(await list({ from_at: between })).toHaveLength(3);
  expect(await list({ to_at: between })).toHaveLength(1);
  const page = await billing.get(`${path}/events`, { limit: 3 });
  const rest = await billing.get(`${path}/events`, { limit: 3, cursor: page.body.next_cursor });
  expect(rest.body.items).toEqual([all[3]]);
});

it('set at once by many are one', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => set('a', String(at))));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect(answers.filter(({ body }) => body.is_created)).toHaveLength(1);
  expect((await billing.get(path)).body.items).toHaveLength(1);
});

it.each<[string, object]>([
  ['customer_id_required', { feature_key: 'f', value: 'v' }],
  ['feature_key_required', { customer_id: 'c', value: 'v' }],
  ['value_required', { customer_id: 'c', feature_key: 'f' }],
  ['value_required', { customer_id: 'c', feature_key: 'f', value: '' }],
  ['entitlement_validation_error', { customer_id: 'c', feature_key: 'f', value: 5 }],
  ['entitlement_validation_error', { customer_id: 'c', feature_key: 'f', value: 'v', metadata: [] }],
  ['invalid_valid_from', { customer_id: 'c', feature_key: 'f', value: 'v', valid_from: 'x' }],
  ['invalid_valid_until', { customer_id: 'c', feature_key: 'f', value: 'v', valid_until: 5 }],
  [
    'entitlement_validation_error',
    {
      ...{ customer_id: 'c', feature_key: 'f', value: 'v' },
      ...{ valid_from: '2026-02-01T00:00:00Z', valid_until: '2026-02-01T00:00:00Z' },
    },
  ],
])('%s: %j', async (code, body) => {
  expect(codeOf(await billing.post('entitlement/set', body))).toEqual([400, code]);
});

it('are refused where there is no customer and no right', async () => {
  const body = { customer_id: 'nobody', feature_key: 'f', value: 'v' };
  for (const at of ['set', 'remove'])
    expect(codeOf(await billing.post(`entitlement/${at}`, body))).toEqual([
      404,
      'entitlement_customer_not_found',
    ]);
  for (const at of ['nobody', 'nobody/f', 'nobody/events'])
    expect(codeOf(await billing.get(`entitlement/${at}`))).toEqual([404, 'entitlement_customer_not_found']);
  expect(codeOf(await billing.get(`${path}/events`, { limit: 'x' }))).toEqual([400, 'invalid_limit']);
  expect(codeOf(await billing.get(`${path}/events`, { from_at: 'x' }))).toEqual([400, 'invalid_from_at']);
  expect(codeOf(await billing.get(`${path}/events`, { to_at: 'x' }))).toEqual([400, 'invalid_to_at']);
  const viewer = await scene.key(billing.project, 'viewer');
  expect((await scene.api.get(`/v1/${path}`, viewer)).status).toBe(200);
  const known = { ...body, customer_id };
  expect(codeOf(await scene.api.post('/v1/entitlement/set', known, viewer))).toEqual([
    403,
    'permission_denied',
  ]);
  expect(codeOf(await scene.api.post('/v1/entitlement/set', known))).toEqual([401, 'missing_api_key']);
  const other = await BillingClient.open(scene);
  expect(codeOf(await other.get(path))).toEqual([404, 'entitlement_customer_not_found']);
});
