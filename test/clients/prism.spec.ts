import { join } from 'node:path';
import { runBlocks } from '../docs/page-shell.js';
import { type Block, readPages } from '../docs/pages.js';
import { type Answer, basic, bearer, Client, type RequestOptions } from '../support/client.js';
import { type Prism, startPrism, violationsOf } from '../support/prism.js';
import { expectStatus, type Person, Scene } from '../support/scene.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD } from '../support/server.js';
import { formOf, pathOf } from '../support/uploads.js';
import { waitFor } from '../support/wait-for.js';

/* Prism stands before a server and compares whatever passes with the document that is checked in. */

jest.setTimeout(150_000);

let scene: Scene;
let prism: Prism;
let api: Watched;
beforeAll(async () => {
  scene = await Scene.open({ WEBHOOK_ALLOW_HTTP: 'true', WEBHOOK_ALLOW_PRIVATE: 'true' });
  prism = await startPrism(join(__dirname, '../../docs/openapi.json'), scene.server.url);
  api = new Watched(prism.url);
});
afterAll(async () => {
  await prism?.stop();
  await scene?.close();
});

/** Sends through Prism and fails when it says anything against the answer, or against a request that was answered well. */
class Watched extends Client {
  override async request<T = any>(
    method: string,
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<Answer<T>> {
    const answer = await super.request<T>(method, path, body, options);
    const said = violationsOf(answer).filter(
      ({ location }) => answer.status < 400 || location[0] !== 'request',
    );
    expect({ method, path, status: answer.status, said }).toEqual(expect.objectContaining({ said: [] }));
    return answer;
  }
}

const isRun = ({ language, file, notRun }: Block) => language === 'sh' && file === null && notRun === null;

it('has nothing to say against the journey of README and the first steps', async () => {
  const { server } = scene;
  const environment = { URL: prism.url, DATA_DIR: server.dataDir, ADMIN_EMAIL, ADMIN_PASSWORD };
  let state = '';
  for (const name of ['README.md', 'docs/first-steps.md']) {
    const page = readPages().find(({ path }) => path === name)!;
    const run = await runBlocks(page, page.blocks.filter(isRun), environment, state);
    if (run.code !== 0) throw new Error(`${name} ended with ${run.code}:\n${run.output}`);
    state = run.state;
  }
  expect(prism.violations()).toEqual([]);
});

describe('a longer journey', () => {
  let ada: Person;
  let project: string;
  let secret: string;
  /** The caller of a request. */
  const person = () => ({ auth: ada.auth });
  const key = () => ({ headers: { 'x-api-key': secret } });
  beforeAll(async () => {
    ada = await scene.person();
  });

  it('signs in, makes a project and a key, and calls with it in three ways', async () => {
    const { email } = ada.user;
    const { token } = expectStatus(
      201,
      await api.post('/v1/sessions', { email, password: ada.password }),
    ).body;
    const made = await api.post('/v1/projects', { name: 'Weather' }, { auth: bearer(token) });
    project = expectStatus(201, made).body.id;
    const path = `/v1/projects/${project}/api-keys`;
    const issue = () =>
      api.post(path, { name: 'Script' }, { ...person(), headers: { 'idempotency-key': 'first' } });
    secret = expectStatus(201, await issue()).body.secret;
    expect(expectStatus(201, await issue()).body).not.toHaveProperty('secret');
    for (const caller of [key(), { auth: bearer(secret) }, { auth: basic(secret) }])
      expectStatus(200, await api.get('/v1/whoami', caller));
    expectStatus(200, await api.post('/v1/api-keys/verify', { key: secret }, { auth: scene.root.auth }));
    const [issued] = expectStatus(200, await api.get(path, person())).body.items;
    expectStatus(200, await api.get(`/v1/lookup/${issued.id}`, person()));
    const regenerate = `${path}/${issued.id}/regenerate`;
    expectStatus(200, await api.post(regenerate, undefined, { ...person(), query: { dry_run: true } }));
    secret = expectStatus(200, await api.post(regenerate, undefined, person())).body.secret;
    expectStatus(200, await api.post(`${path}/${issued.id}/explain`, { ip: '203.0.113.7' }, person()));
  });

  it('invites to an organization and to a team', async () => {
    const { organization_id } = (await api.get('/v1/projects', person())).body.items[0];
    for (const path of [`/v1/organizations/${organization_id}`, `/v1/projects/${project}`]) {
      const email = 'invited@people.example';
      expectStatus(201, await api.post(`${path}/invitations`, { email }, person()));
      expectStatus(200, await api.get(`${path}/members`, person()));
    }
  });

  it('reads usage, logs and events', async () => {
    const logs = `/v1/projects/${project}/request-logs`;
    await waitFor('the log of a call', async () => (await api.get(logs, person())).body.total_count);
    for (const query of ['method=GET', 'status=2xx&limit=1', 'q=whoami'])
      expectStatus(200, await api.get(`${logs}?${query}`, person()));
    for (const query of ['group_by=api_key', 'granularity=week&tz=Europe/Berlin'])
      expectStatus(200, await api.get(`/v1/projects/${project}/usage?${query}`, person()));
    // The member's role of the key reads no events, which is an entry of its own form.
    expectStatus(403, await api.get(`/v1/projects/${project}/events`, key()));
    await waitFor('the entry of a refusal', async () => {
      const { items } = (await api.get(`/v1/projects/${project}/events`, person())).body;
      return items.some(({ type }: { type: string }) => type === 'access.denied');
    });
    expectStatus(200, await api.get('/v1/events', { auth: scene.root.auth }));
  });

  it('makes a webhook endpoint and sends to it', async () => {
    const path = `/v1/projects/${project}/webhook-endpoints`;
    const body = { url: `${scene.server.url}/no-receiver`, event_types: ['project.*'] };
    const made = expectStatus(201, await api.post(path, body, person())).body;
    const endpoint = `${path}/${made.webhook_endpoint.id}`;
    const sent = expectStatus(202, await api.post(`${endpoint}/test`, {}, person())).body;
    const delivery = `${endpoint}/deliveries/${sent.id}`;
    await waitFor('an attempt', async () => (await api.get(delivery, person())).body.attempts.length);
    expectStatus(200, await api.get(`${endpoint}/deliveries`, person()));
    expectStatus(200, await api.post(`${endpoint}/rotate-secret`, undefined, person()));
    expectStatus(200, await api.patch(endpoint, { status: 'disabled' }, person()));
    expectStatus(200, await api.get(path, person()));
  });

  it('uploads a file twice and fetches it', async () => {
    const path = `/v1/projects/${project}/media`;
    const upload = () => api.post(path, formOf({ after: { visibility: 'public' } }), person());
    const { id, url } = expectStatus(201, await upload()).body;
    expectStatus(200, await upload());
    expectStatus(200, await api.get(path, person()));
    const { headers } = expectStatus(200, await api.get(pathOf(url)));
    expectStatus(304, await api.get(pathOf(url), { headers: { 'if-none-match': headers.get('etag')! } }));
    expectStatus(206, await api.get(pathOf(url), { headers: { range: 'bytes=1-2' } }));
    expectStatus(200, await api.post(`${path}/${id}/signed-url`, undefined, person()));
    expectStatus(200, await api.delete(`${path}/${id}`, undefined, person()));
  });

  it('deposits, deducts and freezes', async () => {
    const deposit = { customer_id: 'a/b', amount: 100, idempotency_key: 'first' };
    expectStatus(200, await api.post('/v1/billing/deposit', deposit, key()));
    const charge = { customer_id: 'a/b', amount: 30, transaction_id: 'one' };
    expectStatus(200, await api.post('/v1/billing/deduct', charge, key()));
    const held = { ...charge, transaction_id: 'two', unfreeze_after_seconds: 60 };
    expectStatus(200, await api.post('/v1/billing/freeze', held, key()));
    expectStatus(
      200,
      await api.post('/v1/billing/consume', { transaction_id: 'two', actual_amount: 10 }, key()),
    );
    expectStatus(
      400,
      await api.post('/v1/billing/deduct', { ...charge, transaction_id: 'three', amount: 1_000 }, key()),
    );
    for (const rest of ['', '/a%2Fb', '/a%2Fb/ledger'])
      expectStatus(200, await api.get(`/v1/customers${rest}`, key()));
    for (const rest of ['customers', 'ledger', 'ledger/proof'])
      expectStatus(200, await api.get(`/v1/projects/${project}/${rest}`, person()));
  });

  it('is refused', async () => {
    const settings = `/v1/projects/${project}/settings`;
    expectStatus(400, await api.post('/v1/users', [], {}));
    expectStatus(400, await api.post('/v1/projects', { name: '', color: 'red' }, person()));
    expectStatus(401, await api.get('/v1/whoami'));
    expectStatus(401, await api.get('/v1/whoami', { headers: { 'x-api-key': 'bw_test_unknown' } }));
    expectStatus(403, await api.get('/v1/users', person()));
    expectStatus(404, await api.get(settings, { auth: (await scene.stranger()).auth }));
    expectStatus(409, await api.get(`/v1/projects/${project}/drift`, person()));
    expectStatus(428, await api.post(`${settings}/suspend`, {}, person()));
    const twice = { ...person(), headers: { 'idempotency-key': 'second' } };
    expectStatus(201, await api.post('/v1/projects', { name: 'Once' }, twice));
    expectStatus(422, await api.post('/v1/projects', { name: 'Twice' }, twice));
  });
});
