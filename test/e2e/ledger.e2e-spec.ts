import { codeOf, eventsOf } from '../support/answers.js';
import { BillingClient, ended, holdJobs, overdue } from '../support/billing.js';
import type { Answer } from '../support/client.js';
import { onDatabase } from '../support/open-database.js';
import { Scene } from '../support/scene.js';

const MOST = 9_007_199_254_740_991;
const SOON = new Date(Date.now() + 86_400_000).toISOString();
const LATER = new Date(Date.now() + 2 * 86_400_000).toISOString();

let scene: Scene;
let billing: BillingClient;
let jobs: ReturnType<typeof holdJobs>;
let transactions = 0;
const newTransaction = () => `transaction ${++transactions}`;

beforeAll(async () => {
  scene = await Scene.open();
  jobs = holdJobs(scene);
  billing = await BillingClient.open(scene);
});
afterAll(() => scene?.close());

const post = (path: string, body?: unknown) => billing.post(path, body);
const eventTypes = async (answer: Answer) =>
  (await eventsOf(scene.server, scene.root.auth, answer))
    .filter(event => event.reason !== 'first call with an API key')
    .map(event => event.type);

describe('deposits', () => {
  it('create the customer, whose name, address and metadata count only then', async () => {
    const id = 'a/b ü';
    const body = {
      customer_id: id,
      amount: 100,
      name: 'Grace',
      email: 'G@x',
      metadata: { Plan: 'pro', n: 1.5 },
    };
    const first = await post('customers/deposit', { ...body, unknown: 'ignored' });
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      customer_id: id,
      account_id: expect.stringMatching(/^acc_/),
      wallet: 'default',
      source: 'default',
      credit_type: 'default',
      total_amount: 100,
      added_amount: 100,
      starts_at: null,
      expires_at: null,
      record_id: expect.stringMatching(/^led_/),
      is_idempotent_replay: false,
    });
    expect(await eventTypes(first)).toEqual(['billing.deposited']);
    const [event] = (await eventsOf(scene.server, scene.root.auth, first)).filter(
      ({ type }) => type === 'billing.deposited',
    );
    expect(event!.effects).toEqual([expect.objectContaining({ type: 'customer.created' })]);
    const second = await post('billing/deposit', { ...body, name: 'Other', metadata: {} });
    expect(second.body).toMatchObject({ total_amount: 200, account_id: first.body.account_id });
    expect(await billing.read(id)).toMatchObject({
      id,
      name: 'Grace',
      email: 'G@x',
      metadata: { Plan: 'pro', n: 1.5 },
      balance: { total: 200, used: 0, frozen: 0, available: 200 },
    });
  });

  it('go to wallets and sources, with windows of their own', async () => {
    const id = await billing.customer(10);
    await billing.deposit(id, 20, { credit_type: 'promo', source: 'gift' });
    await billing.deposit(id, 30, { wallet: 'promo', credit_type: 'ignored', expires_at: SOON });
    const later = await billing.deposit(id, 40, { wallet: 'promo', starts_at: SOON, expires_at: LATER });
    expect(later).toMatchObject({ total_amount: 50, added_amount: 40, starts_at: SOON, expires_at: LATER });
    await billing.deposit(id, 5, { wallet: '__proto__' });
    const read = await billing.read(id);
    expect(read.balance).toEqual({ total: 65, used: 0, frozen: 0, available: 65 });
    expect(Object.keys(read.wallets).sort()).toEqual(['__proto__', 'default', 'promo']);
    expect(read.wallets.promo).toEqual({
      ...{ total: 50, used: 0, frozen: 0, available: 50 },
      sources: [
        {
          source: 'default',
          total: 30,
          used: 0,
          frozen: 0,
          available: 30,
          starts_at: null,
          expires_at: SOON,
        },
        { source: 'gift', total: 20, used: 0, frozen: 0, available: 20, starts_at: null, expires_at: null },
      ],
    });
    expect(read.accounts).toHaveLength(5);
    expect(read.accounts).toContainEqual({
      ...{ account_type: 'CREDIT', credit_type: 'promo', total: 40, used: 0, frozen: 0, available: 40 },
      ...{ starts_at: SOON, expires_at: LATER },
    });
  });

  it('happen once for each key, wherever it stands', async () => {
    const id = await billing.customer(1);
    const body = { customer_id: id, amount: 7, idempotency_key: newTransaction() };
    const first = await post('customers/deposit', body);
    const again = await post('customers/deposit', { ...body, description: 'again' });
    expect(again.body).toEqual({ ...first.body, is_idempotent_replay: true });
    expect(await eventTypes(again)).toEqual([]);
    const { idempotency_key, ...rest } = body;
    const headers = { 'idempotency-key': idempotency_key };
    expect((await billing.post('billing/deposit', rest, headers)).body).toEqual(again.body);
    expect(await billing.available(id)).toBe(8);
    for (const other of [{ amount: 8 }, { customer_id: 'other' }, { wallet: 'other' }])
      expect(codeOf(await post('customers/deposit', { ...body, ...other }))).toEqual([
        409,
        'transaction_conflict',
      ]);
    const many = await Promise.all(
      Array.from({ length: 8 }, () => post('customers/deposit', { ...body, idempotency_key: 'at once' })),
    );
    expect(many.map(answer => answer.body.is_idempotent_replay).sort()).toEqual([
      false,
      ...Array(7).fill(true),
    ]);
    expect(new Set(many.map(answer => answer.body.record_id)).size).toBe(1);
    expect(await billing.available(id)).toBe(15);
    expect(
      codeOf(await billing.post('customers/deposit', rest, { 'idempotency-key': 'x'.repeat(256) })),
    ).toEqual([400, 'invalid_idempotency_key']);
  });

  it('of one new customer at once make one customer', async () => {
    const body = { customer_id: 'new at once', amount: 1 };
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('customers/deposit', body)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(await billing.available('new at once')).toBe(8);
  });

  it('never take a customer beyond what a number holds', async () => {
    const id = await billing.customer(MOST - 10);
    expect(codeOf(await post('customers/deposit', { customer_id: id, amount: 11, wallet: 'other' }))).toEqual(
      [400, 'amount_must_be_positive'],
    );
    await billing.deposit(id, 10, { wallet: 'other' });
    expect(await billing.available(id)).toBe(MOST);
    const deducted = await post('billing/deduct', {
      customer_id: id,
      amount: MOST,
      transaction_id: newTransaction(),
    });
    expect(deducted.body.deducted_amount).toBe(MOST);
    expect((await billing.read(id)).balance).toEqual({ total: MOST, used: MOST, frozen: 0, available: 0 });
  });
});

describe('amounts', () => {
  const raw = (amount: string, id = 'customer') =>
    post('billing/deduct', `{"customer_id":${JSON.stringify(id)},"transaction_id":"t","amount":${amount}}`);

  it.each([
    ...['0', '-1', '1.5', '"1"', 'null', 'true', '[]', '{}', '-0', '1e400', '-1e400', '1e-400'],
    ...['9007199254740992', '9007199254740993', '9007199254740991.4', '0.99999999999999999999'],
    '1.00000000000000000001',
  ])('%s is none', async amount =>
    expect(codeOf(await raw(amount))).toEqual([400, 'amount_must_be_positive']),
  );

  it.each(['1', '1.0', '10e-1', '1e0', '0.1e1'])('%s is one', async amount => {
    const id = await billing.customer(10);
    const body = `{"customer_id":"${id}","transaction_id":"${newTransaction()}","amount":${amount}}`;
    expect((await post('billing/deduct', body)).body.deducted_amount).toBe(1);
  });
});

describe('what is wrong with a request has its own code', () => {
  const deposit = { customer_id: 'c', amount: 1 };
  const spend = { customer_id: 'c', amount: 1, transaction_id: 't' };

  it.each<[string, string, unknown]>([
    ['customer_id_required', 'customers/deposit', undefined],
    ['customer_id_required', 'billing/deposit', { amount: 1 }],
    ['customer_id_required', 'customers/deposit', { ...deposit, customer_id: '' }],
    ['customer_id_required', 'customers/deposit', { ...deposit, customer_id: 'x'.repeat(256) }],
    ['customer_id_required', 'customers/deposit', { ...deposit, customer_id: 7 }],
    ['amount_must_be_positive', 'customers/deposit', { customer_id: 'c' }],
    ['invalid_starts_at', 'customers/deposit', { ...deposit, starts_at: 'tomorrow' }],
    ['invalid_starts_at', 'customers/deposit', { ...deposit, starts_at: '1969-12-31T23:59:59Z' }],
    ['invalid_expires_at', 'customers/deposit', { ...deposit, expires_at: 5 }],
    ['invalid_datetime_range', 'customers/deposit', { ...deposit, expires_at: '2020-01-01T00:00:00Z' }],
    ['invalid_datetime_range', 'customers/deposit', { ...deposit, starts_at: SOON, expires_at: SOON }],
    ['customer_id_required', 'billing/deduct', { amount: 1 }],
    ['amount_must_be_positive', 'billing/deduct', { ...spend, amount: 0 }],
    ['transaction_id_required', 'billing/deduct', { ...spend, transaction_id: undefined }],
    ['transaction_id_required', 'billing/freeze', { ...spend, transaction_id: '' }],
    ['transaction_id_required', 'billing/consume', {}],
    ['transaction_id_required', 'billing/unfreeze', { transaction_id: 5 }],
    ['actual_amount_must_be_non_negative', 'billing/consume', { transaction_id: 't', actual_amount: -1 }],
    ['actual_amount_must_be_non_negative', 'billing/consume', { transaction_id: 't', actual_amount: '1' }],
    ['invalid_credit_types', 'billing/deduct', { ...spend, credit_types: [] }],
    ['invalid_credit_types', 'billing/deduct', { ...spend, credit_types: 'promo' }],
    ['invalid_credit_types', 'billing/freeze', { ...spend, credit_types: ['a'], wallet: 'a' }],
    [
      'invalid_auto_settlement',
      'billing/freeze',
      { ...spend, unfreeze_after_seconds: 1, consume_after_seconds: 1 },
    ],
    ['invalid_auto_settlement_ttl', 'billing/freeze', { ...spend, unfreeze_after_seconds: 2_592_001 }],
    ['invalid_auto_settlement_ttl', 'billing/freeze', { ...spend, consume_after_seconds: 604_801 }],
    ['invalid_auto_settlement_ttl', 'billing/freeze', { ...spend, consume_after_seconds: 0 }],
    ['no_consumable_freeze_records', 'billing/consume', { transaction_id: 'unknown' }],
    ['no_unfreezable_records', 'billing/unfreeze', { transaction_id: 'unknown' }],
    ['validation_failed', 'billing/deduct', { ...spend, business_type: 'HOBBY' }],
  ])('%s: %s %j', async (code, path, body) => {
    const answer = await post(path, body);
    expect(codeOf(answer)).toEqual([400, code]);
    expect(answer.body.error.type).toBe('bad_request');
  });

  it('customer_not_found', async () => {
    for (const path of ['billing/deduct', 'billing/freeze'])
      expect(codeOf(await post(path, { ...spend, customer_id: 'nobody' }))).toEqual([
        404,
        'customer_not_found',
      ]);
    for (const path of ['customers/nobody', 'customers/nobody/ledger'])
      expect(codeOf(await billing.get(path))).toEqual([404, 'customer_not_found']);
  });

  it('invalid_limit, invalid_operation_type, invalid_cursor', async () => {
    const id = encodeURIComponent(await billing.customer());
    const ledger = (query: Record<string, string>) => billing.get(`customers/${id}/ledger`, query);
    for (const limit of ['0', '101', 'x', '1.5'])
      expect(codeOf(await ledger({ limit }))).toEqual([400, 'invalid_limit']);
    expect(codeOf(await ledger({ operation_type: 'GIFT' }))).toEqual([400, 'invalid_operation_type']);
    expect(codeOf(await ledger({ cursor: 'x' }))).toEqual([400, 'invalid_cursor']);
    expect((await ledger({ unknown: 'ignored' })).status).toBe(200);
  });

  it('credentials, permissions and projects', async () => {
    const body = { customer_id: 'c', amount: 1 };
    const path = '/v1/customers/deposit';
    expect(codeOf(await scene.api.post(path, body))).toEqual([401, 'missing_api_key']);
    expect(codeOf(await scene.api.post(path, body, { auth: 'Bearer nonsense' }))).toEqual([
      401,
      'invalid_api_key',
    ]);
    const viewer = await scene.key(billing.project, 'viewer');
    expect(codeOf(await scene.api.post(path, body, viewer))).toEqual([403, 'permission_denied']);
    expect(codeOf(await scene.api.post(path, body, await scene.owner()))).toEqual([403, 'api_key_required']);
    expect(codeOf(await scene.api.post(path, body, scene.root))).toEqual([403, 'api_key_required']);
  });
});

it('a customer of the same id in another project is another one', async () => {
  const other = await BillingClient.open(scene);
  const id = await billing.customer(100);
  await other.deposit(id, 5);
  expect([await billing.available(id), await other.available(id)]).toEqual([100, 5]);
  const transaction_id = newTransaction();
  for (const client of [billing, other]) {
    const answer = await client.post('billing/deduct', { customer_id: id, amount: 5, transaction_id });
    expect(answer.body.is_idempotent_replay).toBe(false);
  }
  expect([await billing.available(id), await other.available(id)]).toEqual([95, 0]);
  const mine = newTransaction();
  await post('billing/freeze', { customer_id: id, amount: 5, transaction_id: mine });
  expect(codeOf(await other.post('billing/consume', { transaction_id: mine }))).toEqual([
    400,
    'no_consumable_freeze_records',
  ]);
});

it('bodyless GETs may say that they have JSON', async () => {
  const id = encodeURIComponent(await billing.customer());
  const options = { auth: billing.key.auth, headers: { 'content-type': 'application/json' } };
  expect((await scene.api.get(`/v1/customers/${id}`, options)).status).toBe(200);
});

it('customer ids are exact, up to 255 characters of any kind', async () => {
  const ids = ['Key', 'key', 'key ', ' key', 'kéy', '🦊'.repeat(255), '%2F', '..', 'a/b', 'a%2Fb', '?x=1#y'];
  for (const [at, id] of ids.entries()) await billing.deposit(id, at + 1);
  for (const [at, id] of ids.entries()) {
    if (id !== '..') expect(await billing.read(id)).toMatchObject({ id, balance: { total: at + 1 } });
    else expect((await billing.get(`customers/${encodeURIComponent('a/b')}`)).body.id).toBe('a/b');
  }
});

describe('spending', () => {
  it('takes what ends first, first; what never ends last', async () => {
    const id = await billing.customer(10, { source: 'forever' });
    await billing.deposit(id, 10, { source: 'later', expires_at: LATER });
    await billing.deposit(id, 10, { source: 'soon', expires_at: SOON });
    await billing.deposit(id, 10, { source: 'not yet', starts_at: SOON, expires_at: LATER });
    const body = { customer_id: id, amount: 25, transaction_id: newTransaction() };
    const { deduct_details } = (await post('billing/deduct', body)).body;
    expect(deduct_details.map((part: any) => [part.source, part.amount])).toEqual([
      ['soon', 10],
      ['later', 10],
      ['forever', 5],
    ]);
    expect(
      codeOf(await post('billing/deduct', { ...body, amount: 6, transaction_id: newTransaction() })),
    ).toEqual([400, 'insufficient_balance']);
  });

  it('draws upon the wallets that are selected, and says what they lack', async () => {
    const id = await billing.customer(10, { wallet: 'a' });
    await billing.deposit(id, 20, { wallet: 'b' });
    await billing.deposit(id, 30, { wallet: 'c' });
    const deduct = (body: object) =>
      post('billing/deduct', { customer_id: id, transaction_id: newTransaction(), ...body });
    expect((await deduct({ amount: 5, wallet: 'b' })).body.deduct_details).toEqual([
      expect.objectContaining({ wallet: 'b', credit_type: 'b', amount: 5 }),
    ]);
    const ofWallet = await deduct({ amount: 16, wallet: 'b' });
    expect(codeOf(ofWallet)).toEqual([400, 'insufficient_balance']);
    expect(ofWallet.body.error.details).toEqual({ wallet: 'b', requested: 16, available: 15 });
    const ofTypes = await deduct({ amount: 26, credit_types: ['a', 'b'] });
    expect(codeOf(ofTypes)).toEqual([400, 'insufficient_balance_in_selected_credit_types']);
    expect(ofTypes.body.error.details).toMatchObject({ wallet: null, requested: 26, available: 25 });
    const ofAll = await deduct({ amount: 56 });
    expect(ofAll.body.error.details).toEqual({ wallet: null, requested: 56, available: 55 });
    expect((await deduct({ amount: 25, credit_types: ['b', 'a'] })).status).toBe(200);
    expect(await billing.available(id)).toBe(30);
  });

  it('happens once for each transaction id, also when it is repeated once nothing is left', async () => {
    const id = await billing.customer(10);
    const body = {
      customer_id: id,
      amount: 10,
      transaction_id: newTransaction(),
      business_type: 'ORDER',
      description: 'd',
    };
    const first = await post('billing/deduct', body);
    expect(await eventTypes(first)).toEqual(['billing.deducted']);
    const again = await post('billing/deduct', body);
    expect(again.body).toEqual({ ...first.body, is_idempotent_replay: true });
    expect(await eventTypes(again)).toEqual([]);
    const other = await billing.customer(50);
    for (const change of [{ amount: 9 }, { customer_id: other }, { wallet: 'default' }])
      expect(codeOf(await post('billing/deduct', { ...body, ...change }))).toEqual([
        409,
        'transaction_conflict',
      ]);
    expect(await billing.entries(id)).toEqual([
      ['GRANT', 10],
      ['CONSUME', 10],
    ]);
    // For each operation a transaction id of its own.
    expect((await post('billing/freeze', { ...body, customer_id: other })).status).toBe(200);
  });

  it('200 deductions of 1 at once leave nothing of 100, and no more', async () => {
    const id = await billing.customer(100);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, at) =>
        post('billing/deduct', { customer_id: id, amount: 1, transaction_id: `storm ${at}` }),
      ),
    );
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.map(codeOf)).toEqual(Array(100).fill([400, 'insufficient_balance']));
    expect((await billing.read(id)).balance).toEqual({ total: 100, used: 100, frozen: 0, available: 0 });
  });

  it('of one transaction id at once happens once', async () => {
    const id = await billing.customer(100);
    const body = { customer_id: id, amount: 10, transaction_id: newTransaction() };
    for (const path of ['billing/deduct', 'billing/freeze']) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => post(path, body)));
      expect(answers.map(answer => answer.body.is_idempotent_replay).sort()).toEqual([
        false,
        ...Array(9).fill(true),
      ]);
    }
    const settled = await Promise.all(Array.from({ length: 10 }, () => post('billing/consume', body)));
    expect(settled.filter(answer => answer.body.is_idempotent_replay === false)).toHaveLength(1);
    expect((await billing.read(id)).balance).toEqual({ total: 100, used: 20, frozen: 0, available: 80 });
  });

  it('freezes that cross each other over several wallets all end', async () => {
    const id = await billing.customer(50, { wallet: 'a' });
    await billing.deposit(id, 50, { wallet: 'b' });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        post('billing/freeze', {
          ...{ customer_id: id, amount: 5, transaction_id: `crossing ${at}` },
          credit_types: at % 2 ? ['a', 'b'] : ['b', 'a'],
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(20).fill(200), ...Array(20).fill(400)]);
    expect((await billing.read(id)).balance).toEqual({ total: 100, used: 0, frozen: 100, available: 0 });
  });
});

describe('freezing', () => {
  const freeze = async (customer_id: string, amount: number, more: object = {}) => {
    const transaction_id = newTransaction();
    const answer = await post('billing/freeze', { customer_id, amount, transaction_id, ...more });
    return { transaction_id, answer };
  };

  it('keeps credit until it is consumed', async () => {
    const id = await billing.customer(100);
    const { transaction_id, answer } = await freeze(id, 60);
    expect(answer.body).toEqual({
      transaction_id,
      frozen_amount: 60,
      freeze_details: [expect.objectContaining({ wallet: 'default', amount: 60 })],
      unfreeze_after: null,
      consume_after: null,
      is_idempotent_replay: false,
    });
    expect(await eventTypes(answer)).toEqual(['billing.frozen']);
    expect((await billing.read(id)).balance).toEqual({ total: 100, used: 0, frozen: 60, available: 40 });
    const consumed = await post('billing/consume', { transaction_id });
    expect(consumed.body).toEqual({
      transaction_id,
      consumed_amount: 60,
      consume_details: [expect.objectContaining({ amount: 60 })],
      consumed_at: expect.any(String),
      is_idempotent_replay: false,
    });
    expect(await eventTypes(consumed)).toEqual(['billing.consumed']);
    expect((await billing.read(id)).balance).toEqual({ total: 100, used: 60, frozen: 0, available: 40 });
    const again = await post('billing/consume', { transaction_id, actual_amount: 60 });
    expect(again.body).toEqual({ ...consumed.body, is_idempotent_replay: true });
    expect(codeOf(await post('billing/consume', { transaction_id, actual_amount: 59 }))).toEqual([
      409,
      'transaction_conflict',
    ]);
    expect(codeOf(await post('billing/unfreeze', { transaction_id }))).toEqual([
      400,
      'freeze_records_already_consumed',
    ]);
    const replayed = await post('billing/freeze', { customer_id: id, amount: 60, transaction_id });
    expect(replayed.body).toEqual({ ...answer.body, is_idempotent_replay: true });
  });

  it('returns what is not consumed', async () => {
    const id = await billing.customer(100);
    const { transaction_id } = await freeze(id, 60);
    const { body } = await post('billing/consume', { transaction_id, actual_amount: 20 });
    expect(body).toMatchObject({ consumed_amount: 20, returned_amount: 40 });
    expect(body).not.toHaveProperty('overage_amount');
    expect(await billing.entries(id)).toEqual([
      ['GRANT', 100],
      ['FREEZE', 60],
      ['CONSUME', 20],
      ['UNFREEZE', 40],
    ]);
    const nothing = await freeze(id, 10);
    const none = await post('billing/consume', { transaction_id: nothing.transaction_id, actual_amount: 0 });
    expect(none.body).toMatchObject({ consumed_amount: 0, returned_amount: 10, consume_details: [] });
    expect(await billing.available(id)).toBe(80);
  });

  it('draws what is consumed beyond it from the same wallets', async () => {
    const id = await billing.customer(30, { wallet: 'a' });
    await billing.deposit(id, 100, { wallet: 'b' });
    const { transaction_id } = await freeze(id, 20, { wallet: 'a' });
    const tooMuch = await post('billing/consume', { transaction_id, actual_amount: 31 });
    expect(codeOf(tooMuch)).toEqual([400, 'insufficient_balance']);
    expect(tooMuch.body.error.details).toEqual({ wallet: 'a', requested: 11, available: 10 });
    expect((await billing.read(id)).balance).toMatchObject({ used: 0, frozen: 20 });
    const { body } = await post('billing/consume', { transaction_id, actual_amount: 30 });
    expect(body).toMatchObject({ consumed_amount: 30, overage_amount: 10 });
    expect(body).not.toHaveProperty('returned_amount');
    expect(body.consume_details).toEqual([expect.objectContaining({ wallet: 'a', amount: 30 })]);
    const ofTypes = await freeze(id, 50, { credit_types: ['b'] });
    expect(
      codeOf(await post('billing/consume', { transaction_id: ofTypes.transaction_id, actual_amount: 101 })),
    ).toEqual([400, 'insufficient_balance_in_selected_credit_types']);
  });

  it('is released, once', async () => {
    const id = await billing.customer(100);
    const { transaction_id, answer } = await freeze(id, 60);
    expect(answer.status).toBe(200);
    const released = await post('billing/unfreeze', { transaction_id });
    expect(released.body).toEqual({
      transaction_id,
      unfrozen_amount: 60,
      unfreeze_details: [expect.objectContaining({ amount: 60 })],
      unfrozen_at: expect.any(String),
      is_idempotent_replay: false,
    });
    expect(await eventTypes(released)).toEqual(['billing.unfrozen']);
    expect((await post('billing/unfreeze', { transaction_id })).body).toEqual({
      ...released.body,
      is_idempotent_replay: true,
    });
    expect(codeOf(await post('billing/consume', { transaction_id }))).toEqual([
      400,
      'no_consumable_freeze_records',
    ]);
    expect(await billing.available(id)).toBe(100);
    const other = await billing.customer(100);
    for (const change of [{ customer_id: other }, { amount: 61 }, { wallet: 'default' }])
      expect(
        codeOf(await post('billing/freeze', { customer_id: id, amount: 60, transaction_id, ...change })),
      ).toEqual([409, 'transaction_conflict']);
  });

  it('is settled when its time is over, whether the job has come to it or not', async () => {
    const id = await billing.customer(100);
    const released = await freeze(id, 10, { unfreeze_after_seconds: 2_592_000 });
    const consumed = await freeze(id, 20, { consume_after_seconds: 604_800 });
    const running = await freeze(id, 30, { unfreeze_after_seconds: 60 });
    expect(Date.parse(released.answer.body.unfreeze_after) - Date.now()).toBeGreaterThan(2_591_900_000);
    expect(Date.parse(consumed.answer.body.consume_after) - Date.now()).toBeGreaterThan(604_700_000);
    await overdue(scene, released.transaction_id);
    await overdue(scene, consumed.transaction_id);
    const settled = { total: 100, used: 20, frozen: 30, available: 50 };
    expect((await billing.read(id)).balance).toEqual(settled);
    const listed = await billing.get('customers', { q: id });
    expect(listed.body.items.find((item: any) => item.id === id).balance).toEqual(settled);
    expect(await billing.entries(id, { operation_type: 'CONSUME' })).toEqual([]);
    await jobs.settle();
    await jobs.settle();
    expect((await billing.read(id)).balance).toEqual(settled);
    expect((await billing.entries(id)).slice(4).sort()).toEqual([
      ['CONSUME', 20],
      ['UNFREEZE', 10],
    ]);
    expect(codeOf(await post('billing/consume', released))).toEqual([400, 'freeze_auto_unfrozen']);
    expect((await post('billing/unfreeze', released)).body).toMatchObject({
      unfrozen_amount: 10,
      is_idempotent_replay: true,
    });
    expect((await post('billing/consume', consumed)).body).toMatchObject({
      consumed_amount: 20,
      is_idempotent_replay: true,
    });
    expect(codeOf(await post('billing/unfreeze', consumed))).toEqual([
      400,
      'freeze_records_already_consumed',
    ]);
    expect((await post('billing/unfreeze', running)).body.is_idempotent_replay).toBe(false);
  });

  it('is settled by the next write, so that what it kept can be spent', async () => {
    const id = await billing.customer(100);
    const { transaction_id } = await freeze(id, 90, { unfreeze_after_seconds: 60 });
    await overdue(scene, transaction_id);
    const deducted = await post('billing/deduct', {
      customer_id: id,
      amount: 95,
      transaction_id: newTransaction(),
    });
    expect(deducted.status).toBe(200);
    expect(await billing.entries(id)).toEqual([
      ['GRANT', 100],
      ['FREEZE', 90],
      ['UNFREEZE', 90],
      ['CONSUME', 95],
    ]);
    const late = await freeze(id, 5, { unfreeze_after_seconds: 60 });
    await overdue(scene, late.transaction_id);
    expect(codeOf(await post('billing/consume', late))).toEqual([400, 'freeze_auto_unfrozen']);
  });
});

describe('credit that comes to its end', () => {
  it('counts nowhere but in its account, before and after the job has taken it', async () => {
    const id = await billing.customer(10);
    const { account_id } = await billing.deposit(id, 20, { expires_at: SOON });
    await post('billing/deduct', { customer_id: id, amount: 5, transaction_id: newTransaction() });
    await ended(scene, account_id);
    const before = await billing.read(id);
    expect(before.balance).toEqual({ total: 10, used: 0, frozen: 0, available: 10 });
    expect(before.wallets.default).toMatchObject({ available: 10 });
    expect(before.accounts[1]).toMatchObject({ total: 20, used: 5, frozen: 0, available: 15 });
    expect(
      codeOf(await post('billing/deduct', { customer_id: id, amount: 11, transaction_id: newTransaction() })),
    ).toEqual([400, 'insufficient_balance']);
    await jobs.expire();
    await jobs.expire();
    expect(await billing.read(id)).toEqual(before);
    expect((await billing.entries(id)).slice(3)).toEqual([['EXPIRE', 15]]);
  });

  it('can still be consumed while it is frozen; released, it expires at once', async () => {
    const id = await billing.customer(1);
    const { account_id } = await billing.deposit(id, 30, { wallet: 'w', expires_at: SOON });
    const freezes = [newTransaction(), newTransaction(), newTransaction()];
    for (const transaction_id of freezes)
      await post('billing/freeze', { customer_id: id, wallet: 'w', amount: 10, transaction_id });
    await ended(scene, account_id);
    expect((await post('billing/consume', { transaction_id: freezes[0] })).body.consumed_amount).toBe(10);
    expect((await post('billing/unfreeze', { transaction_id: freezes[1] })).body.unfrozen_amount).toBe(10);
    await jobs.expire();
    expect((await post('billing/consume', { transaction_id: freezes[2], actual_amount: 4 })).status).toBe(
      200,
    );
    expect((await billing.entries(id)).slice(5)).toEqual([
      ['CONSUME', 10],
      ['UNFREEZE', 10],
      ['EXPIRE', 10],
      ['CONSUME', 4],
      ['UNFREEZE', 6],
      ['EXPIRE', 6],
    ]);
    expect(await billing.available(id)).toBe(1);
  });
});

describe('the ledger', () => {
  it('is listed newest first, by page, type and transaction', async () => {
    const id = await billing.customer(100);
    const transaction_id = newTransaction();
    const body = { customer_id: id, amount: 5, transaction_id, business_type: 'TASK', description: 'work' };
    await post('billing/deduct', body);
    for (let at = 0; at < 3; at++)
      await post('billing/deduct', { ...body, transaction_id: newTransaction() });
    const path = `customers/${encodeURIComponent(id)}/ledger`;
    const first = await billing.get(path, { limit: 3 });
    expect(first.body).toMatchObject({ total_count: 5, has_more: true });
    const rest = await billing.get(path, { limit: 3, cursor: first.body.next_cursor });
    expect(rest.body).toMatchObject({ has_more: false, next_cursor: null });
    expect(rest.body.items[0]).toEqual({
      id: expect.stringMatching(/^led_/),
      operation_type: 'CONSUME',
      amount: 5,
      wallet: 'default',
      source: 'default',
      credit_type: 'default',
      transaction_id,
      business_type: 'TASK',
      description: 'work',
      account_id: expect.stringMatching(/^acc_/),
      status: 'COMPLETED',
      created_at: expect.any(String),
    });
    expect(rest.body.items[1]).toMatchObject({ operation_type: 'GRANT', transaction_id: null });
    expect(await billing.entries(id, { transaction_id })).toEqual([['CONSUME', 5]]);
    expect(await billing.entries(id, { operation_type: 'GRANT' })).toEqual([['GRANT', 100]]);
    const other = encodeURIComponent(await billing.customer(1));
    expect((await billing.get(`customers/${other}/ledger`, { transaction_id })).body.items).toEqual([]);
  });

  it('has one row for each account that was touched', async () => {
    const id = await billing.customer(10, { wallet: 'a' });
    await billing.deposit(id, 10, { wallet: 'b' });
    await post('billing/deduct', { customer_id: id, amount: 15, transaction_id: newTransaction() });
    expect((await billing.entries(id)).slice(2).sort()).toEqual([
      ['CONSUME', 10],
      ['CONSUME', 5],
    ]);
  });

  it('is neither changed nor deleted, whoever tries', async () => {
    await billing.customer(10);
    await onDatabase(scene.server.databaseUrl, async source => {
      for (const sql of ['UPDATE ledger_entries SET amount = 1', 'DELETE FROM ledger_entries'])
        await expect(source.query(sql)).rejects.toThrow('ledger entries are neither changed nor deleted');
    });
  });
});
