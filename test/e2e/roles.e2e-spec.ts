import { basic } from '../support/client.js';
import {
  addMember,
  admin,
  createKey,
  createProject,
  expectStatus,
  type Person,
  ROLE_IDS,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

const VIEWER_PERMISSIONS = [
  ...['project:read', 'members:read', 'media:read', 'usage:read', 'customers:read', 'billing:read'],
];

let server: TestServer;
let owner: Person;
let project: { id: string };

beforeAll(async () => {
  server = await startServer();
  owner = await signUp(server);
  project = await createProject(server, owner.auth);
});
afterAll(() => server.stop());

const rolesOf = (id: string) => `/v1/projects/${id}/roles`;
let serial = 0;

async function createRole(permissions: string[], name = `Role ${++serial}`, auth = owner.auth) {
  return expectStatus(201, await server.api.post(rolesOf(project.id), { name, permissions }, { auth })).body;
}

/** A script whose key holds a role. */
async function scriptAs(roleId: string): Promise<{ id: string; auth: string }> {
  const { api_key, secret } = await createKey(server, owner.auth, project.id, { role_id: roleId });
  return { id: api_key.id, auth: basic(secret) };
}

async function latestEvent(type: string) {
  const answer = await server.api.get(`/v1/projects/${project.id}/events`, {
    auth: owner.auth,
    query: { type, limit: 1 },
  });
  return answer.body.items[0];
}

function expectError(answer: { status: number; body: any }, status: number, code: string) {
  expect({ status: answer.status, code: answer.body.error?.code }).toEqual({ status, code });
}

describe('making a role', () => {
  it('answers the role, lists it after the system roles and leaves an entry', async () => {
    const role = await createRole(['media:read', 'project:read', 'media:read'], 'Librarian');
    expect(role).toEqual({
      id: expect.stringMatching(/^rol_[0-9a-z]{26}$/),
      name: 'Librarian',
      system: false,
      permissions: ['project:read', 'media:read'],
    });
    const { items } = (await server.api.get(rolesOf(project.id), { auth: owner.auth })).body;
    expect(items.slice(0, 3).map((item: any) => item.name)).toEqual(['administrator', 'member', 'viewer']);
    expect(items).toContainEqual(role);
    expect((await server.api.get(`${rolesOf(project.id)}/${role.id}`, { auth: owner.auth })).body).toEqual(
      role,
    );
    expect(await latestEvent('role.created')).toMatchObject({
      target: { type: 'role', id: role.id, name: 'Librarian' },
      changes: { name: { before: null, after: 'Librarian' } },
      actor: { id: owner.user.id, role: 'administrator' },
    });
  });

  it('keeps names apart whatever their case or width, from system roles too', async () => {
    await createRole([], 'Night watch');
    for (const name of [
      'Night watch',
      'NIGHT WATCH',
      'Ｎight　watch',
      ' night  watch ',
      'Administrator',
      'VIEWER',
    ]) {
      const answer = await server.api.post(
        rolesOf(project.id),
        { name, permissions: [] },
        { auth: owner.auth },
      );
      expectError(answer, 409, 'role_name_taken');
      expect(answer.body.error.param).toBe('name');
    }
    const elsewhere = await createProject(server, owner.auth, { name: 'Elsewhere' });
    const body = { name: 'Night watch', permissions: [] };
    expectStatus(201, await server.api.post(rolesOf(elsewhere.id), body, { auth: owner.auth }));
  });

  it('gives a name once when many ask at once', async () => {
    const names = ['Racer', 'racer', 'RACER', 'rAcer', 'racEr', 'raceR'];
    const answers = await Promise.all(
      names.map(name =>
        server.api.post(rolesOf(project.id), { name, permissions: [] }, { auth: owner.auth }),
      ),
    );
    expect(answers.map(answer => answer.status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
  });

  it('takes any name that fits, exactly as it came', async () => {
    const name = '\u{FDFA}'.repeat(99) + ' ';
    expect((await createRole([], name)).name).toBe(name);
  });

  it.each([
    [{ name: 'X', permissions: ['project:destroy'] }, 'permissions.0'],
    [{ name: 'X', permissions: 'project:read' }, 'permissions'],
    [{ name: ' ', permissions: [] }, 'name'],
    [{ name: 'x'.repeat(101), permissions: [] }, 'name'],
    [{ permissions: [] }, 'name'],
    [{ name: 'X' }, 'permissions'],
    [{ name: 'X', permissions: [], system: true }, 'system'],
  ])('refuses %j', async (body, param) => {
    const answer = await server.api.post(rolesOf(project.id), body, { auth: owner.auth });
    expectError(answer, 400, 'validation_failed');
    expect(answer.body.error.details.errors[0]).toMatchObject({ param, fix: expect.any(String) });
  });
});

describe('changing a role', () => {
  it('acts on the next request of the keys that hold it', async () => {
    const role = await createRole(['project:read', 'audit:read']);
    const script = await scriptAs(role.id);
    const events = `/v1/projects/${project.id}/events`;
    expectStatus(200, await server.api.get(events, { auth: script.auth }));
    const path = `${rolesOf(project.id)}/${role.id}`;
    const changed = await server.api.patch(
      path,
      { name: 'Reader', permissions: ['project:read'] },
      { auth: owner.auth },
    );
    expect(changed.body).toEqual({ ...role, name: 'Reader', permissions: ['project:read'] });
    expectError(await server.api.get(events, { auth: script.auth }), 403, 'permission_denied');
    const me = await server.api.get('/v1/whoami', { auth: script.auth });
    expect(me.body).toMatchObject({ role: { id: role.id, name: 'Reader' }, permissions: ['project:read'] });
    expect(await latestEvent('role.updated')).toMatchObject({
      target: { id: role.id, name: 'Reader' },
      changes: {
        name: { before: role.name, after: 'Reader' },
        permissions: { before: ['project:read', 'audit:read'], after: ['project:read'] },
      },
    });
  });

  it('may change the case of its own name, not take another', async () => {
    const role = await createRole([], 'Painter');
    await createRole([], 'Sculptor');
    const path = `${rolesOf(project.id)}/${role.id}`;
    expectStatus(200, await server.api.patch(path, { name: 'PAINTER' }, { auth: owner.auth }));
    expectError(
      await server.api.patch(path, { name: 'sculptor' }, { auth: owner.auth }),
      409,
      'role_name_taken',
    );
    expectError(
      await server.api.patch(path, { name: 'Member' }, { auth: owner.auth }),
      409,
      'role_name_taken',
    );
    expectError(
      await server.api.patch(path, { id: 'rol_1' }, { auth: owner.auth }),
      400,
      'validation_failed',
    );
  });

  it.each([ROLE_IDS.administrator, ROLE_IDS.member, ROLE_IDS.viewer])(
    'leaves the system role %s alone',
    async id => {
      const path = `${rolesOf(project.id)}/${id}`;
      expectError(await server.api.patch(path, { name: 'Mine' }, { auth: owner.auth }), 403, 'system_role');
      expectError(await server.api.delete(path, undefined, { auth: owner.auth }), 403, 'system_role');
      expect((await server.api.get(path, { auth: owner.auth })).body).toMatchObject({ id, system: true });
    },
  );
});

describe('nobody gives more than they have', () => {
  let manager: { id: string; auth: string };
  let role: { id: string };

  beforeAll(async () => {
    role = await createRole(['project:read', 'roles:read', 'roles:write']);
    manager = await scriptAs(role.id);
  });

  it('in a new role', async () => {
    const body = { name: 'More', permissions: ['project:read', 'billing:write'] };
    const answer = await server.api.post(rolesOf(project.id), body, { auth: manager.auth });
    expectError(answer, 403, 'permission_escalation');
    expect(answer.body.error).toMatchObject({
      param: 'permissions',
      details: { lacking: ['billing:write'] },
    });
    await createRole(['project:read'], 'Less', manager.auth);
  });

  it('in the role one holds', async () => {
    const body = { permissions: ['project:read', 'roles:read', 'roles:write', 'audit:read'] };
    const answer = await server.api.patch(`${rolesOf(project.id)}/${role.id}`, body, { auth: manager.auth });
    expectError(answer, 403, 'permission_escalation');
  });

  it('and touches no role that permits more', async () => {
    const above = await createRole(['billing:write']);
    const path = `${rolesOf(project.id)}/${above.id}`;
    for (const body of [{ name: 'Tamed' }, { permissions: ['project:read'] }, {}]) {
      expectError(await server.api.patch(path, body, { auth: manager.auth }), 403, 'permission_escalation');
    }
    expectError(
      await server.api.delete(path, undefined, { auth: manager.auth }),
      403,
      'permission_escalation',
    );
    expect((await server.api.get(path, { auth: owner.auth })).body).toEqual(above);
  });

  it('by making holders of a deleted role viewers', async () => {
    const path = `${rolesOf(project.id)}/${role.id}`;
    const answer = await server.api.delete(path, undefined, { auth: manager.auth });
    expectError(answer, 403, 'permission_escalation');
    expect((await server.api.get('/v1/whoami', { auth: manager.auth })).body.role.id).toBe(role.id);
    const unheld = await createRole(['project:read']);
    expectStatus(
      200,
      await server.api.delete(`${rolesOf(project.id)}/${unheld.id}`, undefined, { auth: manager.auth }),
    );
  });
});

describe('deleting a role', () => {
  it('makes its holders viewers at once and says so in the entry', async () => {
    const role = await createRole(['project:read', 'audit:read'], 'Auditor');
    const scripts = [await scriptAs(role.id), await scriptAs(role.id)];
    const path = `${rolesOf(project.id)}/${role.id}`;
    const answer = await server.api.delete(path, undefined, { auth: owner.auth });
    expect(answer).toMatchObject({ status: 200, body: { id: role.id, deleted: true } });
    for (const { auth } of scripts) {
      const me = (await server.api.get('/v1/whoami', { auth })).body;
      expect(me).toMatchObject({
        role: { id: ROLE_IDS.viewer, name: 'viewer' },
        permissions: VIEWER_PERMISSIONS,
      });
    }
    expect(await latestEvent('role.deleted')).toMatchObject({
      target: { id: role.id, name: 'Auditor' },
      effects: [
        {
          type: 'api_key.updated',
          target: { type: 'api_key', name: '2 keys' },
          changes: { role_id: { before: role.id, after: ROLE_IDS.viewer }, count: { after: 2 } },
        },
      ],
    });
    expectError(await server.api.get(path, { auth: owner.auth }), 404, 'not_found');
    expectError(await server.api.delete(path, undefined, { auth: owner.auth }), 404, 'not_found');
    await createRole([], 'Auditor');
  });

  it('leaves nobody with a role that is gone when it is given away at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      const role = await createRole(['project:read']);
      const changed = await scriptAs(ROLE_IDS.viewer);
      const keys = `/v1/projects/${project.id}/api-keys`;
      const body = { name: 'Racing', role_id: role.id };
      const [deleted, ...given] = await Promise.all([
        server.api.delete(`${rolesOf(project.id)}/${role.id}`, undefined, { auth: owner.auth }),
        server.api.post(keys, body, { auth: owner.auth }),
        server.api.post(keys, body, { auth: owner.auth }),
        server.api.patch(`${keys}/${changed.id}`, { role_id: role.id }, { auth: owner.auth }),
        server.api.patch(
          `${rolesOf(project.id)}/${role.id}`,
          { permissions: ['media:read'] },
          { auth: owner.auth },
        ),
      ]);
      expect(deleted.status).toBe(200);
      const late = given.pop()!;
      expect([200, 404]).toContain(late.status);
      for (const answer of given) {
        if (answer.status >= 400) expectError(answer, 400, 'validation_failed');
      }
      const { items } = (await server.api.get(keys, { auth: owner.auth, query: { limit: 100 } })).body;
      expect(items.filter((key: any) => key.role.id === role.id)).toEqual([]);
    }
  });

  it('leaves no member with it when it is given at the same time', async () => {
    const person = await signUp(server);
    const member = await addMember(server, project.id, person, 'viewer');
    for (let round = 0; round < 5; round++) {
      const role = await createRole(['project:read']);
      const path = `/v1/projects/${project.id}/members/${member}`;
      const [deleted, given, seen] = await Promise.all([
        server.api.delete(`${rolesOf(project.id)}/${role.id}`, undefined, { auth: owner.auth }),
        server.api.patch(path, { role_id: role.id }, { auth: owner.auth }),
        server.api.get(`/v1/projects/${project.id}`, { auth: person.auth }),
      ]);
      expect([deleted.status, seen.status]).toEqual([200, 200]);
      if (given.status !== 200) expectError(given, 400, 'validation_failed');
      const { items } = (await server.api.get(`/v1/projects/${project.id}/members`, { auth: owner.auth }))
        .body;
      expect(items.find((item: any) => item.id === member).role).toEqual({
        id: ROLE_IDS.viewer,
        name: 'viewer',
      });
    }
  });

  it('makes viewers of those who accept an invitation to it later', async () => {
    const person = await signUp(server);
    const role = await createRole(['project:read', 'audit:read']);
    const invite = { email: person.user.email, role_id: role.id };
    const path = `/v1/projects/${project.id}/invitations`;
    const { id } = expectStatus(201, await server.api.post(path, invite, { auth: owner.auth })).body;
    expectStatus(
      200,
      await server.api.delete(`${rolesOf(project.id)}/${role.id}`, undefined, { auth: owner.auth }),
    );
    const accept = `/v1/me/invitations/${id}/accept`;
    expectStatus(200, await server.api.post(accept, undefined, { auth: person.auth }));
    const { items } = (await server.api.get(`/v1/projects/${project.id}/members`, { auth: owner.auth })).body;
    expect(items.find((item: any) => item.user_id === person.user.id).role.id).toBe(ROLE_IDS.viewer);
  });

  it('happens once when several delete it', async () => {
    const role = await createRole(['project:read']);
    const path = `${rolesOf(project.id)}/${role.id}`;
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => server.api.delete(path, undefined, { auth: owner.auth })),
    );
    expect(answers.map(answer => answer.status).sort()).toEqual([200, 404, 404, 404]);
  });
});

describe('who may', () => {
  const calls = (id: string, rol: string) =>
    [
      ['GET', rolesOf(id)],
      ['POST', rolesOf(id), { name: 'Intruder', permissions: [] }],
      ['GET', `${rolesOf(id)}/${rol}`],
      ['PATCH', `${rolesOf(id)}/${rol}`, { name: 'Intruder' }],
      ['DELETE', `${rolesOf(id)}/${rol}`],
    ] as const;

  it('nobody without credentials', async () => {
    for (const [method, path, body] of calls(project.id, ROLE_IDS.member)) {
      expectError(await server.api.request(method, path, body), 401, 'missing_api_key');
    }
  });

  it('nobody without the permission', async () => {
    const role = await createRole([]);
    const { auth } = await scriptAs(ROLE_IDS.viewer);
    for (const [method, path, body] of calls(project.id, role.id)) {
      expectError(await server.api.request(method, path, body, { auth }), 403, 'permission_denied');
    }
  });

  it('nobody in another project, whose roles are as good as unknown', async () => {
    const stranger = await signUp(server);
    const own = await createProject(server, stranger.auth);
    const role = await createRole([]);
    for (const [method, path, body] of calls(project.id, role.id)) {
      expectError(await server.api.request(method, path, body, { auth: stranger.auth }), 404, 'not_found');
    }
    const unknown = `${role.id.slice(0, -4)}zzzz`;
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { name: 'X' } : undefined;
      const [theirs, none] = await Promise.all(
        [role.id, unknown].map(id =>
          server.api.request(method, `${rolesOf(own.id)}/${id}`, body, { auth: stranger.auth }),
        ),
      );
      expectError(theirs!, 404, 'not_found');
      const { request_id: _one, ...theirError } = theirs!.body.error;
      const { request_id: _other, ...noError } = none!.body.error;
      expect(theirError).toEqual(noError);
    }
    const keys = `/v1/projects/${own.id}/api-keys`;
    const foreign = await server.api.post(keys, { name: 'X', role_id: role.id }, { auth: stranger.auth });
    expectError(foreign, 400, 'validation_failed');
  });

  it('platform admins, also without being in the team', async () => {
    const { auth } = await admin(server);
    await createRole(['billing:write'], undefined, auth);
  });

  it('looks roles up by id', async () => {
    const role = await createRole([], 'Findable');
    const found = await server.api.get(`/v1/lookup/${role.id}`, { auth: owner.auth });
    expect(found.body).toMatchObject({ object: 'role', project_id: project.id, name: 'Findable' });
    const { auth } = await scriptAs(ROLE_IDS.viewer);
    expectError(await server.api.get(`/v1/lookup/${role.id}`, { auth }), 404, 'not_found');
  });
});

it('makes one role of a repeated request', async () => {
  const headers = { 'idempotency-key': 'role-1' };
  const body = { name: 'Once', permissions: [] };
  const first = await server.api.post(rolesOf(project.id), body, { auth: owner.auth, headers });
  const second = await server.api.post(rolesOf(project.id), body, { auth: owner.auth, headers });
  expect(second).toMatchObject({ status: 201, body: first.body });
  expect(second.headers.get('idempotent-replayed')).toBe('true');
});
