import { AlertEvaluation } from '../../src/modules/alerts/alert-evaluation.service.js';
import { LowestBalance } from '../../src/modules/ledger/lowest-balance.service.js';
import { ProofJob } from '../../src/modules/ledger/proof.job.js';
import { codeOf, eventOf, projectEvents } from '../support/answers.js';
import { BillingClient, ended, holdJobs, overdue } from '../support/billing.js';
import { expectStatus, type Person, ROLE_IDS, Scene, write } from '../support/scene.js';
import { instantBetween } from '../support/wait-for.js';

let scene: Scene;
let billing: BillingClient;
let owner: Person;
let path: string;
let jobs: ReturnType<typeof holdJobs>;

beforeAll(async () => {
  scene = await Scene.open();
  jobs = holdJobs(scene);
  owner = await scene.owner();
});
beforeEach(async () => {
  billing = await BillingClient.open(scene);
  path = `/v1/projects/${billing.project.id}`;
});
afterAll(() => scene?.close());

const get = (at: string, query?: Record<string, string | number>) =>
  scene.api.get(`${path}/${at}`, { auth: owner.auth, query });
const post = (at: string, body?: unknown, by: { auth?: string } = owner) =>
  scene.api.post(`${path}/${at}`, body, by);
const entryOf = async (customer_id: string, operation_type: string) =>
  (await get('ledger', { customer_id, operation_type })).body.items[0];

describe('customers', () => {
  it('are made, listed, found, changed, each with its entry in the event log', async () => {
    const made = await post('customers', { customer_id: 'a/b', name: 'Grace', email: 'grace@x.example' });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      ...{ id: 'a/b', name: 'Grace', email: 'grace@x.example', metadata: {}, accounts: [], wallets: {} },
      balance: { total: 0, used: 0, frozen: 0, available: 0 },
      created_at: expect.any(String),
    });
    expect(codeOf(await post('customers', { customer_id: 'a/b' }))).toEqual([409, 'customer_exists']);
    expect(codeOf(await post('customers', { name: 'x' }))).toEqual([400, 'customer_id_required']);
    expect(codeOf(await post('customers', { customer_id: 'c', unknown: 1 }))).toEqual([
      400,
      'validation_failed',
    ]);
    const one = `${path}/customers/${encodeURIComponent('a/b')}`;
    const changed = await scene.api.patch(one, { email: null, metadata: { plan: 'pro' } }, owner);
    expect(changed.body).toMatchObject({ name: 'Grace', email: null, metadata: { plan: 'pro' } });
    const event = await eventOf(scene.server, scene.root.auth, changed);
    expect(event).toMatchObject({
      type: 'customer.updated',
      target: { type: 'customer', id: 'a/b', name: 'Grace' },
      changes: { email: { before: 'grace@x.example', after: null } },
    });
    for (let at = 0; at < 3; at++) await billing.deposit(`other ${at}`, at + 1);
    const list = await get('customers', { limit: 2 });
    expect(list.body).toMatchObject({ total_count: 4, has_more: true });
    expect(list.body.items.map((item: any) => [item.id, item.balance.available])).toEqual([
      ['other 2', 3],
      ['other 1', 2],
    ]);
    for (const q of ['a/b', 'gra'])
      expect((await get('customers', { q })).body.items.map((item: any) => item.id)).toEqual(['a/b']);
    expect((await scene.api.get(one, owner)).body).toEqual(changed.body);
    expect(codeOf(await get('customers/nobody'))).toEqual([404, 'customer_not_found']);
    expect(codeOf(await scene.api.patch(`${path}/customers/nobody`, {}, owner))).toEqual([
      404,
      'customer_not_found',
    ]);
  });

  it('are for those with the permission, of this project only', async () => {
    await billing.deposit('c', 5);
    const viewer = await scene.member(billing.project, 'viewer');
    expect((await scene.api.get(`${path}/customers/c`, viewer)).status).toBe(200);
    for (const at of ['customers', 'customers/c/deposit', 'customers/c/deduct'])
      expect(
        codeOf(await post(at, { customer_id: 'd', amount: 1, transaction_id: 't' }, viewer)).at(0),
      ).not.toBe(200);
    expect(codeOf(await post('customers', { customer_id: 'd' }, viewer))).toEqual([403, 'permission_denied']);
    expect(codeOf(await post('customers', { customer_id: 'd' }, {}))).toEqual([401, 'missing_api_key']);
    const stranger = await scene.stranger();
    expect(codeOf(await scene.api.get(`${path}/customers/c`, stranger))).toEqual([404, 'not_found']);
    const other = await BillingClient.open(scene);
    expect(codeOf(await scene.api.get(`${path}/ledger`, other.key))).toEqual([404, 'not_found']);
  });

  it('count in the figures of the project and the organization', async () => {
    const { organization_id } = billing.project;
    const before = (await scene.api.get(`/v1/organizations/${organization_id}`, owner)).body;
    await billing.deposit('c', 5);
    await billing.deposit('d', 5);
    const list = (await scene.api.get('/v1/projects', owner)).body.items;
    expect(list.find((item: any) => item.id === billing.project.id).customer_count).toBe(2);
    expect((await scene.api.get(path, owner)).body.project.customer_count).toBe(2);
    const after = (await scene.api.get(`/v1/organizations/${organization_id}`, owner)).body;
    expect(after.customer_count - before.customer_count).toBe(2);
  });

  it('hide what rules hide, everywhere, and are not found by it', async () => {
    await billing.deposit('c', 5, { name: 'Grace', email: 'g@x', metadata: { plan: 'pro', tier: 1 } });
    for (const attribute of ['customer.email', 'customer.metadata.plan'])
      expectStatus(201, await post('attribute-visibility', { attribute, hidden_from: [ROLE_IDS.viewer] }));
    const viewer = await scene.key(billing.project, 'viewer');
    for (const at of ['/v1/customers/c', `${path}/customers/c`])
      expect((await scene.api.get(at, viewer)).body).toMatchObject({
        email: '[REDACTED]',
        metadata: { plan: '[REDACTED]', tier: 1 },
      });
    for (const at of ['/v1/customers', `${path}/customers`]) {
      const { items } = (await scene.api.get(at, viewer)).body;
      expect(items[0]).toMatchObject({ email: '[REDACTED]', metadata: { plan: '[REDACTED]' } });
      const search = await scene.api.get(at, { auth: viewer.auth, query: { q: 'g@x' } });
      expect(codeOf(search)).toEqual([403, 'attribute_hidden']);
    }
    expect((await billing.read('c')).email).toBe('g@x');
  });
});

describe('deposits and deductions by people', () => {
  it('are those of the billing routes', async () => {
    const deposited = await post('customers/c/deposit', { amount: 10, idempotency_key: 'k', name: 'Grace' });
    expect(deposited.status).toBe(200);
    expect(deposited.body).toMatchObject({ customer_id: 'c', total_amount: 10, is_idempotent_replay: false });
    expect(await billing.deposit('c', 10, { idempotency_key: 'k' })).toMatchObject({
      is_idempotent_replay: true,
    });
    const deducted = await post('customers/c/deduct', { amount: 4, transaction_id: 't' });
    expect(deducted.body).toMatchObject({ deducted_amount: 4 });
    expect(await eventOf(scene.server, scene.root.auth, deducted)).toMatchObject({
      type: 'billing.deducted',
      actor: { type: 'user', id: owner.user.id },
      target: { type: 'customer', id: 'c' },
    });
    expect(codeOf(await post('customers/c/deduct', { amount: 7, transaction_id: 'u' }))).toEqual([
      400,
      'insufficient_balance',
    ]);
    expect(codeOf(await post('customers/c/deposit', { amount: '7' }))).toEqual([
      400,
      'amount_must_be_positive',
    ]);
    expect(codeOf(await post('customers/c/deposit', { amount: 7, unknown: 1 }))).toEqual([
      400,
      'validation_failed',
    ]);
    expect(codeOf(await post(`customers/${'x'.repeat(256)}/deposit`, { amount: 7 }))).toEqual([
      400,
      'validation_failed',
    ]);
  });
});

describe('the project’s ledger', () => {
  it('shows every customer’s entries, and finds them by all that they have', async () => {
    await billing.deposit('c', 10, { wallet: 'w', source: 's' });
    const between = await instantBetween();
    await billing.deposit('d', 20);
    await billing.post('billing/deduct', { customer_id: 'c', amount: 4, transaction_id: 't' });
    const of = async (query: Record<string, string | number>) =>
      expectStatus(200, await get('ledger', query)).body.items.map((item: any) => [
        item.customer_id,
        item.operation_type,
        item.amount,
      ]);
    expect(await of({})).toEqual([
      ['c', 'CONSUME', 4],
      ['d', 'GRANT', 20],
      ['c', 'GRANT', 10],
    ]);
    expect(await of({ customer_id: 'd' })).toEqual([['d', 'GRANT', 20]]);
    expect(await of({ operation_type: 'GRANT' })).toHaveLength(2);
    expect(await of({ wallet: 'w' })).toHaveLength(2);
    expect(await of({ source: 's', operation_type: 'GRANT' })).toEqual([['c', 'GRANT', 10]]);
    expect(await of({ transaction_id: 't' })).toEqual([['c', 'CONSUME', 4]]);
    expect(await of({ from: between })).toHaveLength(2);
    expect(await of({ to: between })).toHaveLength(1);
    expect(await of({ wallet: 'unknown' })).toEqual([]);
    expect(codeOf(await get('ledger', { customer_id: 'nobody' }))).toEqual([404, 'customer_not_found']);
    expect(codeOf(await get('ledger', { limit: 0 }))).toEqual([400, 'invalid_limit']);
    expect(codeOf(await get('ledger', { unknown: 1 }))).toEqual([400, 'validation_failed']);
    const own = await get('customers/c/ledger', { wallet: 'w', limit: 1 });
    expect(own.body).toMatchObject({ total_count: 2, has_more: true });
    const [{ id }] = own.body.items;
    expect((await scene.api.get(`/v1/lookup/${id}`, owner)).body).toMatchObject({
      object: 'ledger_entry',
      project_id: billing.project.id,
    });
  });
});

describe('a reversal', () => {
  it('takes a deposit back by an entry of its own, once, after it was confirmed', async () => {
    await billing.deposit('c', 100);
    const { id } = await entryOf('c', 'GRANT');
    const asked = await post(`ledger/${id}/reverse`, { reason: 'mistake', amount: 40, confirm: false });
    expect(codeOf(asked)).toEqual([428, 'confirmation_required']);
    expect(asked.body.error.details).toEqual({
      before: { total: 100, used: 0, frozen: 0, available: 100 },
      after: { total: 60, used: 0, frozen: 0, available: 60 },
    });
    const done = await post(`ledger/${id}/reverse`, { reason: 'mistake', amount: 40, confirm: true });
    expect(done.status).toBe(201);
    expect(done.body).toMatchObject({
      ...{ operation_type: 'REVERSE', amount: 40, customer_id: 'c', reverses_id: id, description: 'mistake' },
    });
    expect(await eventOf(scene.server, scene.root.auth, done)).toMatchObject({
      type: 'billing.reversed',
      reason: 'mistake',
      target: { id: 'c' },
    });
    expect((await billing.read('c')).balance).toEqual({ total: 60, used: 0, frozen: 0, available: 60 });
    expect(codeOf(await post(`ledger/${id}/reverse`, { reason: 'again', confirm: true }))).toEqual([
      409,
      'already_reversed',
    ]);
    expect(codeOf(await post(`ledger/${done.body.id}/reverse`, { reason: 'x', confirm: true }))).toEqual([
      409,
      'invalid_transition',
    ]);
  });

  it('gives a deduction back, and is not more than it was', async () => {
    await billing.deposit('c', 100);
    await billing.post('billing/deduct', { customer_id: 'c', amount: 30, transaction_id: 't' });
    const { id } = await entryOf('c', 'CONSUME');
    const reverse = (body: object) =>
      post(`ledger/${id}/reverse`, { reason: 'mistake', confirm: true, ...body });
    expect(codeOf(await reverse({ amount: 31 }))).toEqual([400, 'validation_failed']);
    expect(codeOf(await reverse({ amount: 0 }))).toEqual([400, 'amount_must_be_positive']);
    expect(codeOf(await post(`ledger/${id}/reverse`, { confirm: true }))).toEqual([400, 'validation_failed']);
    const both = await Promise.all([reverse({}), reverse({})]);
    expect(both.map(codeOf).sort()).toEqual([
      [201, undefined],
      [409, 'already_reversed'],
    ]);
    expect((await billing.read('c')).balance).toEqual({ total: 100, used: 0, frozen: 0, available: 100 });
    expect(codeOf(await post('ledger/led_unknown/reverse', { reason: 'x' }))).toEqual([404, 'not_found']);
    const other = await BillingClient.open(scene);
    const foreign = `/v1/projects/${other.project.id}/ledger/${id}/reverse`;
    expect(codeOf(await scene.api.post(foreign, { reason: 'x' }, owner))).toEqual([404, 'not_found']);
    const viewer = await scene.member(billing.project, 'viewer');
    expect(codeOf(await post(`ledger/${id}/reverse`, { reason: 'x' }, viewer))).toEqual([
      403,
      'permission_denied',
    ]);
  });

  it('takes nothing back that was spent, and returns nothing to what has ended', async () => {
    await billing.deposit('c', 100);
    await billing.post('billing/deduct', { customer_id: 'c', amount: 30, transaction_id: 't' });
    const grant = await entryOf('c', 'GRANT');
    const refused = await post(`ledger/${grant.id}/reverse`, { reason: 'mistake', confirm: true });
    expect(codeOf(refused)).toEqual([400, 'insufficient_balance']);
    expect(refused.body.error.details).toEqual({ wallet: 'default', requested: 100, available: 70 });
    const consumed = await entryOf('c', 'CONSUME');
    await ended(scene, consumed.account_id);
    await jobs.expire();
    expectStatus(201, await post(`ledger/${consumed.id}/reverse`, { reason: 'mistake', confirm: true }));
    expect(await billing.available('c')).toBe(0);
    expect(await billing.entries('c')).toEqual([
      ['GRANT', 100],
      ['CONSUME', 30],
      ['EXPIRE', 70],
      ['REVERSE', 30],
      ['EXPIRE', 30],
    ]);
    expect((await get('ledger/proof')).body).toMatchObject({ valid: true });
  });
});

describe('the balance at some time', () => {
  it('is what the entries until then add up to', async () => {
    const steps: [string, object][] = [];
    const note = async () => {
      const { balance, wallets } = await billing.read('c');
      steps.push([new Date().toISOString(), { balance, wallets }]);
    };
    await billing.deposit('c', 100);
    await note();
    await billing.post('billing/freeze', {
      customer_id: 'c',
      amount: 60,
      transaction_id: 't',
      unfreeze_after_seconds: 60,
    });
    await note();
    await billing.post('billing/deduct', { customer_id: 'c', amount: 10, transaction_id: 'u' });
    await note();
    await overdue(scene, 't');
    await note();
    for (const settle of [false, true]) {
      if (settle) await jobs.settle();
      for (const [at, expected] of steps) {
        const { body } = expectStatus(200, await get('customers/c/balance', { at }));
        expect(body).toEqual({ customer_id: 'c', at, ...expected });
      }
    }
    const now = expectStatus(200, await get('customers/c/balance')).body;
    expect(now.balance).toEqual({ total: 100, used: 10, frozen: 0, available: 90 });
    const before = (await get('customers/c/balance', { at: '2020-01-01T00:00:00+02:00' })).body;
    expect(before).toEqual({
      ...{ customer_id: 'c', at: '2019-12-31T22:00:00.000Z', wallets: {} },
      balance: { total: 0, used: 0, frozen: 0, available: 0 },
    });
    expect(codeOf(await get('customers/c/balance', { at: '2999-01-01T00:00:00Z' }))).toEqual([
      400,
      'validation_failed',
    ]);
    expect(codeOf(await get('customers/nobody/balance'))).toEqual([404, 'customer_not_found']);
  });
});

describe('the proof', () => {
  const meddle = (sql: string, values: unknown[]) =>
    write(scene.server, manager => manager.query(sql, values));

  it('holds, and finds what does not, which its job tells once', async () => {
    const { account_id } = await billing.deposit('c', 100);
    await billing.post('billing/freeze', { customer_id: 'c', amount: 60, transaction_id: 't' });
    await billing.post('billing/consume', { transaction_id: 't', actual_amount: 70 });
    const proof = expectStatus(200, await get('ledger/proof')).body;
    expect(proof).toEqual({
      valid: true,
      accounts: 1,
      entries: 3,
      checked_at: expect.any(String),
      mismatches: [],
    });
    const job = scene.server.app.get(ProofJob, { strict: false });
    await job.proveAll();
    expect(await job.mismatches()).toBe(0);
    expect(await job.ageSeconds()).toBeLessThan(60);
    await meddle('UPDATE wallet_accounts SET total = total + 1, used = used + 1 WHERE id = ?', [account_id]);
    const broken = expectStatus(200, await get('ledger/proof')).body;
    expect(broken).toMatchObject({
      valid: false,
      mismatches: [
        { account_id, customer_id: 'c', field: 'total', account: 101, entries: 100 },
        { account_id, customer_id: 'c', field: 'used', account: 71, entries: 70 },
      ],
    });
    const told = () =>
      projectEvents(scene.server, owner.auth, billing.project.id, { type: 'billing.mismatch_found' });
    expect(await told()).toEqual([]);
    await job.proveAll();
    await job.proveAll();
    expect(await job.mismatches()).toBe(2);
    expect(await told()).toEqual([
      expect.objectContaining({ outcome: 'failed', actor: expect.objectContaining({ type: 'system' }) }),
    ]);
    await meddle('UPDATE wallet_accounts SET total = total - 1, used = used - 1 WHERE id = ?', [account_id]);
    await job.proveAll();
    expect(await job.mismatches()).toBe(0);
  });
});

describe('what other parts ask', () => {
  it('suspending says how much is frozen', async () => {
    await billing.deposit('c', 100);
    await billing.post('billing/freeze', { customer_id: 'c', amount: 60, transaction_id: 't' });
    const asked = await post('settings/suspend', {});
    expect(asked.body.error.details.effects).toContainEqual({ effect: 'frozen_credits', count: 60 });
  });

  it('alerts can watch the lowest balance', async () => {
    await billing.deposit('c', 100);
    await billing.deposit('d', 8);
    const lowest = scene.server.app.get(LowestBalance, { strict: false });
    const ctx = (await import('../../src/kernel/context/request-context.js')).RequestContext.reading('test');
    expect(await lowest.of(ctx, billing.project.id, new Date())).toBe(8);
    const threshold = {
      metric: 'wallet_balance',
      operator: '<',
      value: 10,
      window: '5m',
      channels: ['webhook'],
    };
    expectStatus(201, await post('alert-thresholds', threshold));
    await scene.server.app.get(AlertEvaluation, { strict: false }).evaluateAll();
    expect((await get('alert-thresholds')).body.items[0].state).toBe('firing');
  });
});
