import { Webhook } from 'standardwebhooks';
import { codeOf } from '../support/answers.js';
import { expectStatus, type Person, type Project, Scene } from '../support/scene.js';
import { waitFor } from '../support/wait-for.js';
import { WebhookSink } from '../support/webhook-sink.js';

let scene: Scene;
let sink: WebhookSink;
let owner: Person;

beforeAll(async () => {
  sink = await WebhookSink.open();
  scene = await Scene.open({ WEBHOOK_ALLOW_HTTP: 'true', WEBHOOK_ALLOW_PRIVATE: 'true' });
  owner = await scene.owner();
});

afterAll(async () => {
  await scene?.close();
  await sink?.close();
});

const pathOf = (project: Project) => `/v1/projects/${project.id}/webhook-endpoints`;

/** Creates an endpoint at a path of the sink. */
async function endpoint(project: Project, path: string, body: object = {}) {
  const input = { url: sink.url(path), event_types: ['api_key.*'], ...body };
  const answer = await scene.api.post(pathOf(project), input, owner);
  return expectStatus(201, answer).body as { webhook_endpoint: any; secret: string };
}

it('delivers what happens, signed, and logs it', async () => {
  const project = await scene.project({ name: 'Told' });
  const { webhook_endpoint, secret } = await endpoint(project, '/told', { description: 'Orders' });
  const { id: keyId } = await scene.key(project);
  const [received] = await sink.waitFor('/told');
  const verified = new Webhook(secret).verify(received!.text, received!.headers as Record<string, string>);
  expect(verified).toMatchObject({
    type: 'api_key.created',
    project_id: project.id,
    id: received!.headers['webhook-id'],
    data: { target: { type: 'api_key', id: keyId }, actor: { type: 'user', id: owner.user.id } },
  });
  const log = `${pathOf(project)}/${webhook_endpoint.id}/deliveries`;
  const [delivery] = await waitFor('the delivery to be logged', async () => {
    const { items } = (await scene.api.get(log, { ...owner, query: { status: 'succeeded' } })).body;
    return items.length ? items : null;
  });
  expect(delivery).toMatchObject({ type: 'api_key.created', status: 'succeeded', attempt_count: 1 });
  const one = await scene.api.get(`${log}/${delivery.id}`, owner);
  expect(one.body).toMatchObject({
    payload: received!.body,
    attempts: [{ status_code: 200, error: null, response_body: 'ok' }],
  });
  expect(codeOf(await scene.api.get(log, await scene.stranger()))).toEqual([404, 'not_found']);
});
