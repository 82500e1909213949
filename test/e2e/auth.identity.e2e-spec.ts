import { ALL_PERMISSIONS } from '../../src/kernel/access/permissions.js';
import { codeOf, projectEvents, sameAnswer } from '../support/answers.js';
import {
  addToOrganization,
  expectStatus,
  type Key,
  type Person,
  type Project,
  ROLE_IDS,
  Scene,
} from '../support/scene.js';

const WHO = [
  'root',
  'owner',
  'boss',
  'viewer',
  'stopped',
  'stranger',
  'strong_key',
  'weak_key',
  'foreign_key',
] as const;
type Who = (typeof WHO)[number];

let scene: Scene;
let project: Project;
let auths: Record<Who, string>;
let people: Record<'root' | 'owner' | 'boss' | 'viewer' | 'stopped' | 'stranger', Person>;
let memberId: string;
let strong: Key;
let weak: Key;

beforeAll(async () => {
  scene = await Scene.open();
  project = await scene.project({ name: 'Looked up' });
  const viewer = await scene.member(project, 'viewer');
  memberId = viewer.memberId;
  people = {
    root: scene.root,
    owner: await scene.owner(),
    boss: await scene.person(),
    viewer,
    stopped: await scene.member(project, 'administrator', { status: 'suspended' }),
    stranger: await scene.stranger(),
  };
  await addToOrganization(scene.server, project.organization_id, people.boss, 'admin');
  strong = await scene.key(project, 'administrator');
  weak = await scene.key(project, 'viewer');
  const foreign = await scene.key(await scene.project({}, people.stranger), 'administrator');
  auths = {
    ...(Object.fromEntries(Object.entries(people).map(([name, { auth }]) => [name, auth])) as typeof auths),
    strong_key: strong.auth,
    weak_key: weak.auth,
    foreign_key: foreign.auth,
  };
});
afterAll(() => scene?.close());

const lookup = (who: Who, id: string) => scene.api.get(`/v1/lookup/${id}`, { auth: auths[who] });

/** Who of all sees what the id stands for; everybody else must get exactly what an unknown id gets. */
async function expectSeenBy(seers: Who[], id: string, what: object): Promise<void> {
  for (const who of WHO) {
    const answer = await lookup(who, id);
    if (seers.includes(who))
      expect([who, answer.status, answer.body]).toMatchObject([who, 200, { id, ...what }]);
    else {
      const unknown = await lookup(who, `${id.slice(0, 4)}${'0'.repeat(26)}`);
      expect([who, answer.status]).toEqual([who, 404]);
      expect(sameAnswer(answer)).toEqual(sameAnswer(unknown));
    }
  }
}

describe('GET /v1/whoami', () => {
  const whoami = async (who: Who) =>
    expectStatus(200, await scene.api.get('/v1/whoami', { auth: auths[who] })).body;

  it('tells a person who they are', async () => {
    const { user } = people.owner;
    expect(await whoami('owner')).toEqual({
      principal: { type: 'user', id: user.id, name: 'Ada Lovelace' },
      permissions: [],
      limits: null,
    });
  });

  it('tells a platform admin that everything is permitted', async () => {
    const answer = await whoami('root');
    expect(answer).toMatchObject({ principal: { type: 'user', id: people.root.user.id }, limits: null });
    expect(answer.permissions).toEqual(ALL_PERMISSIONS);
  });

  it('tells a key its project, role, permissions and limits', async () => {
    expect(await whoami('weak_key')).toEqual({
      principal: { type: 'api_key', id: weak.id, name: 'Script' },
      project: { id: project.id, name: 'Looked up', environment: 'sandbox', status: expect.any(String) },
      role: { id: ROLE_IDS.viewer, name: 'viewer' },
      permissions: [
        'project:read',
        'members:read',
        'media:read',
        'usage:read',
        'customers:read',
        'billing:read',
      ],
      limits: expect.objectContaining({ requests_per_minute: 1000, requests_per_day: 100_000 }),
    });
    expect((await whoami('strong_key')).permissions).toEqual(ALL_PERMISSIONS);
  });

  it('takes a key as X-API-Key, alone, and nothing else there', async () => {
    const secret = Buffer.from(weak.auth.slice('Basic '.length), 'base64').toString().replace('api-key:', '');
    const ask = (value: string, auth?: string) =>
      scene.api.get('/v1/whoami', { headers: { 'x-api-key': value }, auth });
    expect((await ask(secret)).body).toEqual(await whoami('weak_key'));
    expect((await ask(secret)).body).toEqual(await whoami('weak_key'));
    const session = auths.owner.slice('Bearer '.length);
    for (const wrong of ['', `${secret}x`, session, `api-key:${secret}`])
      expect([wrong, codeOf(await ask(wrong))]).toEqual([wrong, [401, 'invalid_api_key']]);
    expect(codeOf(await ask(secret, auths.owner))).toEqual([400, 'malformed_request']);
  });

  it('tells nobody else anything', async () => {
    expect((await scene.api.get('/v1/whoami')).body.error.code).toBe('missing_api_key');
    expect((await scene.api.get('/v1/whoami', { auth: 'Bearer bws_x' })).body.error.code).toBe(
      'invalid_session',
    );
  });
});

describe('GET /v1/lookup/:id finds', () => {
  const TEAM: Who[] = ['root', 'owner', 'boss', 'strong_key'];

  it('a project, for all who may read it', async () => {
    await expectSeenBy([...TEAM, 'viewer', 'weak_key'], project.id, {
      object: 'project',
      project_id: project.id,
      name: 'Looked up',
      url: `/v1/projects/${project.id}`,
    });
  });

  it('an invitation, for those who see the team', async () => {
    const path = `/v1/projects/${project.id}/invitations`;
    const body = { email: 'invited@people.example' };
    const invitation = expectStatus(201, await scene.api.post(path, body, people.owner));
    const { id } = invitation.body;
    await expectSeenBy([...TEAM, 'viewer', 'weak_key'], id, {
      object: 'invitation',
      project_id: project.id,
      name: body.email,
      url: `${path}/${id}`,
    });
  });

  it("an organization's invitation, for those who administer it", async () => {
    const path = `/v1/organizations/${project.organization_id}/invitations`;
    const body = { email: 'invited@people.example' };
    const invitation = expectStatus(201, await scene.api.post(path, body, people.owner));
    const { id } = invitation.body;
    await expectSeenBy(['root', 'owner', 'boss'], id, { object: 'invitation', project_id: null });
  });

  it('a key, for those who may read keys, and itself', async () => {
    const of = (key: Key) => ({
      object: 'api_key',
      project_id: project.id,
      name: 'Script',
      url: `/v1/projects/${project.id}/api-keys/${key.id}`,
    });
    await expectSeenBy(TEAM, strong.id, of(strong));
    await expectSeenBy([...TEAM, 'weak_key'], weak.id, of(weak));
  });

  it('a member, for those who may read the team', async () => {
    await expectSeenBy([...TEAM, 'viewer', 'weak_key'], memberId, {
      object: 'member',
      project_id: project.id,
      url: `/v1/projects/${project.id}/members/${memberId}`,
    });
  });

  it('an entry of the event log, for those who may read that', async () => {
    const [event] = await projectEvents(scene.server, auths.owner, project.id, { type: 'project.created' });
    await expectSeenBy(TEAM, event!.id, {
      object: 'event',
      project_id: project.id,
      name: 'project.created',
      url: `/v1/projects/${project.id}/events/${event!.id}`,
    });
  });

  it('an organization, for its members', async () => {
    const id = project.organization_id;
    await expectSeenBy(['root', 'owner', 'boss'], id, {
      object: 'organization',
      project_id: null,
      name: 'Ada Lovelace',
      url: `/v1/organizations/${id}`,
    });
  });

  it('an account, for its person and for platform admins', async () => {
    const { id, email } = people.owner.user;
    const found = { object: 'user', project_id: null, name: email };
    const mine = await lookup('owner', id);
    expect(mine.body).toEqual({ id, ...found, url: '/v1/me' });
    const theirs = await lookup('root', id);
    expect(theirs.body).toEqual({ id, ...found, url: `/v1/users/${id}` });
    for (const who of ['boss', 'viewer', 'stranger', 'strong_key'] as const) {
      expect((await lookup(who, id)).status).toBe(404);
    }
  });

  it('a session, for its person', async () => {
    const { items } = expectStatus(200, await scene.api.get('/v1/sessions', { auth: auths.owner })).body;
    await expectSeenBy(['owner'], items[0].id, {
      object: 'session',
      project_id: null,
      name: items[0].device,
      url: `/v1/sessions/${items[0].id}`,
    });
  });

  it('nothing under what is no id', async () => {
    const none = sameAnswer(await lookup('root', `prj_${'0'.repeat(26)}`));
    for (const id of [
      project.id.toUpperCase(),
      `${project.id} `,
      project.id.slice(0, -1),
      `xyz_${'0'.repeat(26)}`,
      `req_${'0'.repeat(26)}`,
      'prj',
      "' OR 1=1--",
      'x'.repeat(500),
    ]) {
      expect(sameAnswer(await lookup('root', encodeURIComponent(id)))).toEqual(none);
    }
    expect(none.status).toBe(404);
    expect((await scene.api.get(`/v1/lookup/${project.id}`)).status).toBe(401);
  });
});
