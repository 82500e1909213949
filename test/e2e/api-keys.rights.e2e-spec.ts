import { codeOf } from '../support/answers.js';
import { basic } from '../support/client.js';
import {
  addMember,
  addRole,
  createKey,
  createProject,
  expectStatus,
  type Person,
  ROLE_IDS,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let owner: Person;
let member: Person;
let project: { id: string; [field: string]: any };
let keys: string;

beforeAll(async () => {
  server = await startServer();
  owner = await signUp(server);
  member = await signUp(server);
  project = await createProject(server, owner.auth);
  keys = `/v1/projects/${project.id}/api-keys`;
});
afterAll(() => server.stop());

const DENIED = [403, 'permission_denied'];
const ESCALATION = [403, 'permission_escalation'];
const soon = () => new Date(Date.now() + 3_600_000).toISOString();

describe("a member's own key", () => {
  it("is not the member: the member's other keys are none of its business", async () => {
    const id = await addMember(server, project.id, member, 'viewer');
    const own = await createKey(server, member.auth, project.id, { member: true });
    const other = await createKey(server, member.auth, project.id, { member: true });
    const auth = basic(own.secret);
    for (const answer of [
      await server.api.get(keys, { auth }),
      await server.api.get(`${keys}/${other.api_key.id}`, { auth }),
      await server.api.post(keys, { name: 'K', member: true }, { auth }),
      await server.api.post(keys, { name: 'K' }, { auth }),
      await server.api.post(`${keys}/${other.api_key.id}/regenerate`, {}, { auth }),
      await server.api.post(`${keys}/${own.api_key.id}/regenerate`, {}, { auth }),
      await server.api.patch(`${keys}/${own.api_key.id}`, { allowed_ips: [], expires_at: null }, { auth }),
      await server.api.delete(`${keys}/${other.api_key.id}`, undefined, { auth }),
    ]) {
      expect(codeOf(answer)).toEqual(DENIED);
    }
    // Signed in, the member still sees and keeps the own ones.
    const { body } = expectStatus(200, await server.api.get(keys, { auth: member.auth }));
    expect(body.items.map((key: { id: string }) => key.id)).toEqual([other.api_key.id, own.api_key.id]);
    expectStatus(
      200,
      await server.api.post(`${keys}/${other.api_key.id}/regenerate`, {}, { auth: member.auth }),
    );
    expectStatus(200, await server.api.delete(`/v1/projects/${project.id}/members/${id}`, undefined, owner));
  });

  it('sees its own requests only', async () => {
    const id = await addMember(server, project.id, member, 'viewer');
    const one = await createKey(server, member.auth, project.id, { member: true });
    const two = await createKey(server, member.auth, project.id, { member: true });
    const logs = `/v1/projects/${project.id}/request-logs`;
    const made = expectStatus(200, await server.api.get('/v1/whoami', { auth: basic(one.secret) }));
    const req = made.headers.get('x-request-id')!;
    expectStatus(404, await server.api.get(`${logs}/${req}`, { auth: basic(two.secret) }));
    expectStatus(404, await server.api.get(`/v1/lookup/${req}`, { auth: basic(two.secret) }));
    const { body } = expectStatus(200, await server.api.get(logs, { auth: basic(two.secret) }));
    expect(body.items.map((line: { api_key_id: string }) => line.api_key_id)).not.toContain(one.api_key.id);
    expectStatus(200, await server.api.get(`${logs}/${req}`, { auth: member.auth }));
    expectStatus(200, await server.api.delete(`/v1/projects/${project.id}/members/${id}`, undefined, owner));
  });

  it("gives, with the permission, nothing beyond its member's", async () => {
    const issuer = await addRole(server, project.id, ['project:read', 'api_keys:read', 'api_keys:write']);
    const id = await addMember(server, project.id, member, 'administrator');
    const { secret } = await createKey(server, member.auth, project.id, { member: true });
    expectStatus(
      200,
      await server.api.patch(`/v1/projects/${project.id}/members/${id}`, { role_id: issuer }, owner),
    );
    const auth = basic(secret);
    expect(
      codeOf(await server.api.post(keys, { name: 'K', role_id: ROLE_IDS.administrator }, { auth })),
    ).toEqual(ESCALATION);
    expectStatus(201, await server.api.post(keys, { name: 'K', role_id: issuer }, { auth }));
    expectStatus(200, await server.api.delete(`/v1/projects/${project.id}/members/${id}`, undefined, owner));
  });
});

it('a key that may not read keys is not told which there are', async () => {
  const role_id = await addRole(server, project.id, ['project:read']);
  const { secret, api_key: own } = await createKey(server, owner.auth, project.id, { role_id });
  const auth = basic(secret);
  const elsewhere = await createProject(server, owner.auth);
  const foreign = (await createKey(server, owner.auth, elsewhere.id)).api_key.id as string;
  const { api_key: other } = await createKey(server, owner.auth, project.id);
  for (const id of [own.id, other.id, foreign, 'key_unknown'])
    for (const answer of [
      await server.api.get(`${keys}/${id}`, { auth }),
      await server.api.get(`${keys}/${id}/impact`, { auth }),
      await server.api.post(`${keys}/${id}/explain`, {}, { auth }),
      await server.api.post(`${keys}/${id}/regenerate`, {}, { auth }),
      await server.api.patch(`${keys}/${id}`, { name: 'K' }, { auth }),
      await server.api.delete(`${keys}/${id}`, undefined, { auth }),
    ])
      expect(codeOf(answer)).toEqual(DENIED);
  expectStatus(404, await server.api.get(`/v1/projects/${elsewhere.id}/api-keys/${foreign}`, { auth }));
});

describe('a key with limits', () => {
  const limits = () => ({
    expires_at: soon(),
    allowed_ips: ['127.0.0.0/8', '::1'],
    allowed_domains: ['*.example.com'],
  });
  const limited = async (requests: object = {}) => {
    const role_id = ROLE_IDS.administrator;
    const issued = await createKey(server, owner.auth, project.id, { role_id, ...limits(), ...requests });
    const options = { auth: basic(issued.secret), headers: { origin: 'https://a.example.com' } };
    return { ...issued, options };
  };

  it('gives them to the keys it makes', async () => {
    const { api_key, options } = await limited();
    const { expires_at, allowed_ips, allowed_domains } = api_key;
    const inherited = { expires_at, allowed_ips, allowed_domains };
    const made = expectStatus(201, await server.api.post(keys, { name: 'K' }, options)).body.api_key;
    expect(made).toMatchObject(inherited);
    const narrower = {
      allowed_ips: ['127.0.0.1'],
      allowed_domains: ['a.example.com'],
      requests_per_minute: 5,
    };
    const narrow = expectStatus(201, await server.api.post(keys, { name: 'K', ...narrower }, options)).body;
    expect(narrow.api_key).toMatchObject({ ...narrower, expires_at });
    for (const wider of [
      { expires_at: null },
      { expires_at: new Date(Date.now() + 7_200_000).toISOString() },
      { allowed_ips: ['0.0.0.0/0'] },
      { allowed_domains: ['example.org'] },
    ]) {
      const answer = await server.api.post(keys, { name: 'K', ...wider }, options);
      expect(codeOf(answer)).toEqual(ESCALATION);
      expect(answer.body.error.details.exceeded).toEqual(Object.keys(wider));
    }
  });

  it.each([{ requests_per_minute: 10 }, { requests_per_day: 500 }])(
    'cannot multiply %j: it makes no keys, and gives a new secret to itself only',
    async requests => {
      const { api_key, options } = await limited(requests);
      const { api_key: other } = await createKey(server, owner.auth, project.id, {
        role_id: ROLE_IDS.viewer,
        ...limits(),
        ...requests,
        expires_at: api_key.expires_at,
      });
      for (const refused of [
        await server.api.post(keys, { name: 'K' }, options),
        await server.api.post(keys, { name: 'K', requests_per_minute: 1, requests_per_day: 1 }, options),
        await server.api.post(`${keys}/${other.id}/regenerate`, {}, options),
      ]) {
        expect(codeOf(refused)).toEqual(ESCALATION);
      }
      expectStatus(200, await server.api.patch(`${keys}/${other.id}`, { name: 'Renamed' }, options));
      expectStatus(200, await server.api.post(`${keys}/${api_key.id}/regenerate`, {}, options));
    },
  );

  it('does not lift them, of itself or by another key', async () => {
    const { api_key, options } = await limited({ requests_per_minute: 500, requests_per_day: 5_000 });
    const { api_key: free } = await createKey(server, owner.auth, project.id, { role_id: ROLE_IDS.viewer });
    for (const wider of [
      { expires_at: null },
      { allowed_ips: [] },
      { allowed_domains: [] },
      { requests_per_minute: null },
      { requests_per_day: 5_001 },
    ]) {
      expect(codeOf(await server.api.patch(`${keys}/${api_key.id}`, wider, options))).toEqual(ESCALATION);
    }
    expect(codeOf(await server.api.post(`${keys}/${free.id}/regenerate`, {}, options))).toEqual(ESCALATION);
    expect(codeOf(await server.api.patch(`${keys}/${free.id}`, { name: 'Mine' }, options))).toEqual(
      ESCALATION,
    );
    expectStatus(200, await server.api.patch(`${keys}/${free.id}`, { status: 'suspended' }, options));
    expect(codeOf(await server.api.patch(`${keys}/${free.id}`, { status: 'activated' }, options))).toEqual(
      ESCALATION,
    );
    expectStatus(
      200,
      await server.api.patch(`${keys}/${api_key.id}`, { allowed_ips: ['127.0.0.0/8'] }, options),
    );
    expectStatus(200, await server.api.delete(`${keys}/${free.id}`, undefined, options));
  });
});

it('hidden attributes make a key stronger than who cannot see them', async () => {
  const { id } = await createProject(server, owner.auth);
  const path = `/v1/projects/${id}/api-keys`;
  const rights = ['project:read', 'api_keys:read', 'api_keys:write'] as const;
  const [blind, seeing] = [await addRole(server, id, [...rights]), await addRole(server, id, [...rights])];
  const person = await signUp(server);
  await addMember(server, id, person, blind);
  const rule = { attribute: 'api_key.last_used_ip', hidden_from: [blind] };
  expectStatus(201, await server.api.post(`/v1/projects/${id}/attribute-visibility`, rule, owner));
  const { api_key } = await createKey(server, owner.auth, id, { role_id: seeing });
  expect(codeOf(await server.api.patch(`${path}/${api_key.id}`, { name: 'Mine' }, person))).toEqual(
    ESCALATION,
  );
  expect(codeOf(await server.api.post(`${path}/${api_key.id}/regenerate`, {}, person))).toEqual(ESCALATION);
  expectStatus(200, await server.api.delete(`${path}/${api_key.id}`, undefined, person));
});
