import { rm } from 'node:fs/promises';
import { type Answer, bearer } from '../support/client.js';
import { describeOn, type FreshDatabase, freshDirectory } from '../support/lane.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { createKey, createProject, expectStatus, type Person, ROLE_IDS, signUp } from '../support/scene.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';

const ROUNDS = 2;
const CLIENTS = 8;
const CUSTOMERS = 3;
const ACKNOWLEDGED_PER_ROUND = 60;

/** An operation that a client sent; `answer` is what came back, null when the server died first. */
interface Attempt {
  readonly path: string;
  readonly body: Record<string, unknown>;
  answer: Answer | null;
}

let database: FreshDatabase;
let environment: { DATA_DIR: string; DATABASE_URL: string } & Record<string, string>;
let server: ServerProcess;
let owner: Person;
let project: string;
let auth: string;
const attempts: Attempt[] = [];

const start = () => startServerProcess(environment);
const send = ({ path, body }: Attempt, to = server) => to.api.post(path, body, { auth });
const customerOf = (number: number) => `customer ${number % CUSTOMERS}`;

beforeAll(async () => {
  database = await migratedDatabase();
  environment = {
    DATA_DIR: await freshDirectory(),
    DATABASE_URL: database.url,
    RATE_LIMIT_PER_MINUTE: '1000000',
  };
  server = await start();
  owner = await signUp(server);
  project = (await createProject(server, owner.auth)).id;
  const { secret } = await createKey(server, owner.auth, project, { role_id: ROLE_IDS.administrator });
  auth = bearer(secret);
  for (let at = 0; at < CUSTOMERS; at++) {
    const body = { customer_id: customerOf(at), amount: 1_000_000, idempotency_key: `first ${at}` };
    attempts.push({ path: '/v1/customers/deposit', body, answer: null });
    attempts.at(-1)!.answer = expectStatus(200, await send(attempts.at(-1)!));
  }
  for (let round = 0; round < ROUNDS; round++) {
    await storm(round);
    server = await start();
  }
}, 240_000);

afterAll(async () => {
  await server?.kill();
  await database?.drop();
  await rm(environment.DATA_DIR, { recursive: true, force: true });
});

/** Lets clients work until some operations are acknowledged, and kills the server under them. */
async function storm(round: number): Promise<void> {
  let left = ACKNOWLEDGED_PER_ROUND;
  let enough: () => void;
  const reached = new Promise<void>(resolve => (enough = resolve));
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let number = 0; ; number++) {
      for (const attempt of stepsOf(`${round}.${client}.${number}`, client + number)) {
        attempts.push(attempt);
        attempt.answer = await send(attempt).catch(() => null);
        if (!attempt.answer) return;
        expectStatus(200, attempt.answer);
        if (--left === 0) enough();
      }
    }
  });
  await Promise.race([reached, Promise.all(clients)]);
  await server.kill();
  await Promise.all(clients);
}

/** What a client does about one thing: some credit, and work that uses some of it. */
function stepsOf(name: string, number: number): Attempt[] {
  const customer_id = customerOf(number);
  const transaction_id = `t ${name}`;
  const step = (path: string, body: Record<string, unknown>): Attempt => ({ path, body, answer: null });
  return [
    step('/v1/customers/deposit', { customer_id, amount: 50, idempotency_key: `d ${name}` }),
    step('/v1/billing/deduct', { customer_id, amount: 3, transaction_id }),
    step('/v1/billing/freeze', { customer_id, amount: 20, transaction_id }),
    number % 3
      ? step('/v1/billing/consume', { transaction_id, actual_amount: 10 + (number % 15) })
      : step('/v1/billing/unfreeze', { transaction_id }),
  ];
}

const unanswered = () => attempts.filter(({ answer }) => answer === null);
const proof = async () =>
  expectStatus(200, await server.api.get(`/v1/projects/${project}/ledger/proof`, owner)).body;

it('the server was killed under way, and the proof holds', async () => {
  expect(unanswered().length).toBeGreaterThan(0);
  expect(await proof()).toMatchObject({ valid: true, mismatches: [] });
});

it('every acknowledged operation is there once: repeated, it answers the same and does nothing', async () => {
  const before = await proof();
  for (const attempt of attempts.filter(({ answer }) => answer)) {
    const again = expectStatus(200, await send(attempt));
    expect(again.body).toEqual({ ...attempt.answer!.body, is_idempotent_replay: true });
  }
  expect((await proof()).entries).toBe(before.entries);
}, 120_000);

it('repeating what was not answered has one effect, and in the end everybody has what the answers say', async () => {
  for (const attempt of unanswered()) {
    const first = expectStatus(200, await send(attempt));
    const again = expectStatus(200, await send(attempt));
    expect(again.body).toEqual({ ...first.body, is_idempotent_replay: true });
    attempt.answer = again;
  }
  const customers = new Map(attempts.map(({ body }) => [body.transaction_id, body.customer_id]));
  const sum = (customer: string, field: string) =>
    attempts
      .filter(({ body }) => (body.customer_id ?? customers.get(body.transaction_id)) === customer)
      .reduce((all, { answer }) => all + (answer!.body[field] ?? 0), 0);
  for (let at = 0; at < CUSTOMERS; at++) {
    const customer = customerOf(at);
    const { body } = await server.api.get(`/v1/customers/${encodeURIComponent(customer)}`, { auth });
    const settled = frozenAndSettledOf(customer);
    expect(body.balance).toMatchObject({
      total: sum(customer, 'added_amount'),
      used: sum(customer, 'deducted_amount') + settled.consumed,
      frozen: settled.open,
    });
  }
  expect(await proof()).toMatchObject({ valid: true });
}, 120_000);

/** What of a customer's freezes was consumed, and what of them is still open, by the answers. */
function frozenAndSettledOf(customer: string): { consumed: number; open: number } {
  let [consumed, open] = [0, 0];
  for (const { path, body, answer } of attempts) {
    if (path !== '/v1/billing/freeze' || body.customer_id !== customer) continue;
    const end = attempts.find(
      other => other.body.transaction_id === body.transaction_id && /consume|unfreeze/.test(other.path),
    );
    if (!end) open += answer!.body.frozen_amount;
    consumed += end?.answer!.body.consumed_amount ?? 0;
  }
  return { consumed, open };
}

describeOn('mariadb')('two processes on one database', () => {
  let other: ServerProcess;
  beforeAll(async () => {
    other = await startServerProcess({ ...environment, DATA_DIR: await freshDirectory() });
  }, 60_000);
  afterAll(async () => {
    await other?.kill();
    await rm(other.dataDir, { recursive: true, force: true });
  });

  it('give each transaction one effect, and nobody more than there is', async () => {
    const customer_id = 'of both';
    const deposit = { customer_id, amount: 100 };
    expectStatus(200, await other.api.post('/v1/customers/deposit', deposit, { auth }));
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, at) => {
        const body = { customer_id, amount: 2, transaction_id: `both ${at % 60}` };
        return (at < 60 ? server : other).api.post('/v1/billing/deduct', body, { auth });
      }),
    );
    const done = answers.filter(({ status, body }) => status === 200 && !body.is_idempotent_replay);
    expect(new Set(done.map(({ body }) => body.transaction_id)).size).toBe(50);
    expect(done).toHaveLength(50);
    for (const { status, body } of answers)
      expect([200, 'insufficient_balance']).toContain(status === 200 ? status : body.error.code);
    expect(await proof()).toMatchObject({ valid: true });
  }, 60_000);
});
