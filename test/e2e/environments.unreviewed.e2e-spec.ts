import { codeOf, eventOf } from '../support/answers.js';
import { Gadgets } from '../support/gadgets.js';
import { expectStatus, type Person, type Project, Scene } from '../support/scene.js';

let scene: Scene;
let owner: Person;

beforeAll(async () => {
  scene = await Scene.open({ PROMOTION_REVIEW: 'off' });
  owner = await scene.owner();
  Gadgets.addTo(scene.server);
});
afterAll(() => scene?.close());

const post = (path: string, body?: object, by: { auth?: string } = owner) => scene.api.post(path, body, by);
const requestsOf = ({ id }: { id: string }) => `/v1/projects/${id}/promotion-requests`;

async function ready(): Promise<Project> {
  const project = await scene.project({ purpose: 'Weather' });
  const edits = { billing_owner_email: 'bills@example.com', confirm: true };
  expectStatus(200, await scene.api.patch(`/v1/projects/${project.id}/settings`, edits, owner));
  expectStatus(200, await scene.api.get('/v1/whoami', await scene.key(project)));
  return project;
}

it('approves at once what nobody reviews, but plans it all the same', async () => {
  const sandbox = await ready();
  const mails = (await scene.server.mails()).length;
  const asked = await post(requestsOf(sandbox));
  const request = expectStatus(201, asked).body;
  expect(request).toMatchObject({
    status: 'approved',
    decided_by: null,
    decided_at: expect.any(String),
    plan: { digest: expect.any(String), changes: expect.any(Array) },
  });
  expect(await eventOf(scene.server, scene.root.auth, asked)).toMatchObject({
    type: 'promotion.requested',
    effects: [{ type: 'promotion.approved' }],
  });
  const apply = `${requestsOf(sandbox)}/${request.id}/apply`;
  expect(codeOf(await post(apply))).toEqual([428, 'confirmation_required']);
  const { project } = expectStatus(201, await post(apply, { confirm: true })).body;
  expect(project.environment).toBe('production');
  const subjects = (await scene.server.mails()).slice(mails).map(({ subject }) => subject);
  expect(subjects.filter(subject => subject?.includes('review'))).toEqual([]);
});

it('lets anybody make production projects, and clone into production', async () => {
  const body = { name: 'Live', environment: 'production' };
  const project = expectStatus(201, await post('/v1/projects', body)).body;
  expectStatus(201, await post(`/v1/projects/${project.id}/clone`, body));
});

it('takes the permission in the production project too, as nobody else looks', async () => {
  const sandbox = await ready();
  const first = expectStatus(201, await post(requestsOf(sandbox))).body;
  const made = await post(`${requestsOf(sandbox)}/${first.id}/apply`, { confirm: true });
  const { project } = expectStatus(201, made).body;
  const colleague = await scene.member(sandbox, 'administrator');
  const key = await scene.key(sandbox, 'administrator');
  await scene.api.patch(`/v1/projects/${sandbox.id}/settings`, { purpose: 'New', confirm: true }, owner);
  const second = expectStatus(201, await post(requestsOf(sandbox), {}, colleague)).body;
  const apply = `${requestsOf(sandbox)}/${second.id}/apply`;
  for (const by of [colleague, key])
    expect(codeOf(await post(apply, { confirm: true }, by))).toEqual([403, 'permission_denied']);
  await scene.member(project, 'administrator', { person: colleague });
  expectStatus(200, await post(apply, { confirm: true }, colleague));
  const back = `${requestsOf(sandbox)}/${second.id}/rollback`;
  expect(codeOf(await post(back, { confirm: true }, key))).toEqual([403, 'permission_denied']);
  expectStatus(200, await post(back, { confirm: true }, colleague));
});
