import { crc32 } from 'node:zlib';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import { ApiKeyEntity } from '../../src/modules/api-keys/api-key.entity.js';
import { codeOf, eventOf, eventsOf, projectEvents, sameAnswer } from '../support/answers.js';
import { basic, bearer } from '../support/client.js';
import {
  addMember,
  addRole,
  admin,
  createKey,
  createProject,
  expectStatus,
  type Person,
  ROLE_IDS,
  signUp,
  write,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

const UNKNOWN = `key_${'0'.repeat(26)}`;
const UNKNOWN_PROJECT = `prj_${'0'.repeat(26)}`;

let server: TestServer;
let root: Person;
let owner: Person;
let viewer: Person;
let stranger: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  owner = await signUp(server);
  viewer = await signUp(server);
  stranger = await signUp(server);
});
afterAll(() => server.stop());

type Project = { id: string; [field: string]: any };

const project = () => createProject(server, owner.auth);
const keysOf = (id: string) => `/v1/projects/${id}/api-keys`;
const call = (secret: string, path = '/v1/whoami') => server.api.get(path, { auth: basic(secret) });
const works = async (secret: string) => (await call(secret)).status === 200;
const get = async (id: string, key: string) =>
  expectStatus(200, await server.api.get(`${keysOf(id)}/${key}`, { auth: owner.auth })).body;
const change = (auth: string, id: string, key: string, body: unknown) =>
  server.api.patch(`${keysOf(id)}/${key}`, body, { auth });
const regenerate = (auth: string, id: string, key: string, body: unknown = {}) =>
  server.api.post(`${keysOf(id)}/${key}/regenerate`, body, { auth });
const revoke = (auth: string, id: string, key: string) =>
  server.api.delete(`${keysOf(id)}/${key}`, undefined, { auth });

/** The checksum as the contract has it: CRC-32 in six base62 characters. */
function checksum(text: string): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let rest = crc32(text);
  let sum = '';
  for (let i = 0; i < 6; i++, rest = Math.floor(rest / 62)) sum = digits[rest % 62] + sum;
  return sum;
}

describe('issuing a key', () => {
  it('shows the secret once, and what lists show of it', async () => {
    const { id } = await project();
    const answer = await server.api.post(keysOf(id), { name: 'Nightly import' }, { auth: owner.auth });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { api_key, secret } = answer.body;
    expect(secret).toMatch(/^bw_test_[0-9A-Za-z]{38}$/);
    expect(secret.slice(-6)).toBe(checksum(secret.slice(0, -6)));
    expect(api_key).toEqual({
      id: expect.stringMatching(/^key_[0-9a-hjkmnp-tv-z]{26}$/),
      name: 'Nightly import',
      preview: `bw_test_…${secret.slice(-4)}`,
      status: 'activated',
      role: { id: ROLE_IDS.member, name: 'member' },
      member_id: null,
      created_by: owner.user.id,
      created_at: expect.stringMatching(/Z$/),
      last_used_at: null,
      last_used_ip: null,
      allowed_ips: [],
      allowed_domains: [],
      requests_per_minute: null,
      requests_per_day: null,
      expires_at: null,
      age_days: 0,
      rotation_due: null,
      previous_secret: null,
    });
    expect(await get(id, api_key.id)).toEqual(api_key);

    const event = await eventOf(server, root.auth, answer);
    expect(event).toMatchObject({
      type: 'api_key.created',
      project_id: id,
      actor: { type: 'user', id: owner.user.id, role: 'administrator' },
      target: { type: 'api_key', id: api_key.id, name: 'Nightly import' },
    });
    expect(event.changes).toEqual({
      name: { before: null, after: 'Nightly import' },
      status: { before: null, after: 'activated' },
      role: { before: null, after: 'member' },
      allowed_ips: { before: null, after: [] },
      allowed_domains: { before: null, after: [] },
    });
  });

  it('of a production project begins with bw_live_', async () => {
    const live = await createProject(server, root.auth, {
      environment: 'production',
      owner_id: owner.user.id,
    });
    const { secret, api_key } = await createKey(server, owner.auth, live.id);
    expect(secret).toMatch(/^bw_live_/);
    expect(api_key.preview).toBe(`bw_live_…${secret.slice(-4)}`);
    expect((await call(secret)).body.project.environment).toBe('production');
  });

  it('takes a role, an expiry and allow-lists', async () => {
    const { id } = await project();
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const { api_key } = await createKey(server, owner.auth, id, {
      role_id: ROLE_IDS.viewer,
      expires_at,
      allowed_ips: ['10.0.0.0/8', '2001:db8::1'],
      allowed_domains: ['Example.com', '*.example.org', 'bücher.example:8443', '[2001:DB8::1]'],
    });
    expect(api_key).toMatchObject({
      role: { name: 'viewer' },
      expires_at,
      allowed_ips: ['10.0.0.0/8', '2001:db8::1'],
      allowed_domains: ['example.com', '*.example.org', 'xn--bcher-kva.example:8443', '[2001:db8::1]'],
    });
  });

  it('refuses what it does not understand', async () => {
    const { id } = await project();
    const foreignRole = await addRole(server, (await createProject(server, stranger.auth)).id, [
      'project:read',
    ]);
    for (const body of [
      {},
      { name: '' },
      { name: 'x'.repeat(101) },
      { name: 'K', role_id: 'administrator' },
      { name: 'K', role_id: foreignRole },
      { name: 'K', role_id: null },
      { name: 'K', expires_at: '2020-01-01T00:00:00.000Z' },
      { name: 'K', expires_at: 'tomorrow' },
      { name: 'K', allowed_ips: ['10.0.0.0/33'] },
      { name: 'K', allowed_ips: ['example.com'] },
      { name: 'K', allowed_ips: '10.0.0.1' },
      { name: 'K', allowed_domains: ['https://example.com'] },
      { name: 'K', status: 'activated' },
      { name: 'K', secret: 'bw_test_mine' },
      { name: 'K', member: 'yes' },
      undefined,
    ]) {
      const answer = await server.api.post(keysOf(id), body, { auth: owner.auth });
      expect([body, ...codeOf(answer)]).toEqual([body, 400, 'validation_failed']);
    }
  });

  it('takes api_keys:write', async () => {
    const { id } = await project();
    await addMember(server, id, viewer, 'viewer');
    const { secret } = await createKey(server, owner.auth, id);
    for (const auth of [viewer.auth, basic(secret)]) {
      const answer = await server.api.post(keysOf(id), { name: 'K' }, { auth });
      expect(codeOf(answer)).toEqual([403, 'permission_denied']);
    }
    expect(codeOf(await server.api.post(keysOf(id), { name: 'K' }))).toEqual([401, 'missing_api_key']);
  });
});

describe('a key authenticates', () => {
  it('by Basic, whatever the scheme’s case, and by Bearer', async () => {
    const { id } = await project();
    const { secret } = await createKey(server, owner.auth, id);
    const encoded = Buffer.from(`api-key:${secret}`).toString('base64');
    for (const auth of [`Basic ${encoded}`, `bAsIc ${encoded}`, bearer(secret), `BEARER ${secret}`]) {
      expect((await server.api.get('/v1/whoami', { auth })).status).toBe(200);
    }
  });

  it('in no other way', async () => {
    const { id } = await project();
    const { secret } = await createKey(server, owner.auth, id);
    const pair = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const last = secret.at(-1) === 'a' ? 'b' : 'a';
    const unknown = `bw_test_${'A'.repeat(32)}`;
    for (const auth of [
      pair(`api-key:${secret}:junk`),
      pair(`api-key: ${secret}`),
      pair(`API-KEY:${secret}`),
      pair(`:${secret}`),
      pair(secret),
      `Basic ${secret}`,
      `XBasicX ${pair(`api-key:${secret}`).slice(6)}`,
      bearer(secret.slice(0, -1) + last),
      bearer(`${secret} extra`),
      bearer(unknown + checksum(unknown)),
      bearer(secret.replace('bw_test_', 'bw_live_')),
      'Basic',
      'nonsense',
    ]) {
      const answer = await server.api.get('/v1/whoami', { auth });
      expect([auth, ...codeOf(answer)]).toEqual([auth, 401, 'invalid_api_key']);
      expect(answer.headers.get('www-authenticate')).toMatch(/Basic realm=.*Bearer realm=/);
    }
    const inUrl = await server.api.get('/v1/whoami', { query: { api_key: secret } });
    expect(codeOf(inUrl)).toEqual([401, 'missing_api_key']);
  });

  it('and its use shows: the first at once, later ones soon after', async () => {
    const { id } = await project();
    const { secret, api_key } = await createKey(server, owner.auth, id);
    expectStatus(200, await call(secret));
    const first = await get(id, api_key.id);
    expect(first).toMatchObject({ last_used_at: expect.stringMatching(/Z$/), last_used_ip: '127.0.0.1' });
    expectStatus(200, await call(secret));
    const later = await waitFor('the later use', async () => {
      const key = await get(id, api_key.id);
      return key.last_used_at !== first.last_used_at && key;
    });
    expect(later.last_used_at > first.last_used_at).toBe(true);
  });

  it('until it expires', async () => {
    const { id } = await project();
    const { secret, api_key } = await createKey(server, owner.auth, id);
    await write(server, db =>
      db.update(ApiKeyEntity, { id: api_key.id }, { expires_at: new Date(Date.now() - 1) }),
    );
    expect(codeOf(await call(secret))).toEqual([401, 'api_key_expired']);
    expect((await get(id, api_key.id)).status).toBe('expired');
    expect(
      (await server.api.get(`/v1/projects/${id}`, { auth: owner.auth })).body.environment.serving_keys,
    ).toBe(0);
    const revived = expectStatus(200, await change(owner.auth, id, api_key.id, { expires_at: null }));
    expect(revived.body).toMatchObject({ status: 'activated', expires_at: null });
    expect(await works(secret)).toBe(true);
  });
});

describe('the first successful call', () => {
  it('activates a new project, once, as the key’s doing', async () => {
    const { id } = await project();
    const { secret, api_key } = await createKey(server, owner.auth, id, { role_id: ROLE_IDS.viewer });
    const status = async () =>
      (await server.api.get(`/v1/projects/${id}`, { auth: owner.auth })).body.project.status;

    expect(codeOf(await call(secret, `/v1/projects/${id}/settings`))).toEqual([403, 'permission_denied']);
    expect(codeOf(await call(secret, `/v1/lookup/${UNKNOWN}`))).toEqual([404, 'not_found']);
    expect((await call(secret, '/v1/projects?limit=0')).status).toBe(400);
    expect(await status()).toBe('new');

    await Promise.all(Array.from({ length: 10 }, async () => expectStatus(200, await call(secret))));
    expect(await status()).toBe('activated');
    const [event, ...others] = await projectEvents(server, owner.auth, id, { type: 'project.activated' });
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      actor: { type: 'api_key', id: api_key.id },
      reason: 'first call with an API key',
      changes: { status: { before: 'new', after: 'activated' } },
    });
    expect((await call(secret)).body.project.status).toBe('activated');
  });

  it('that the project’s status refuses activates nothing', async () => {
    const { id } = await project();
    const { secret } = await createKey(server, owner.auth, id);
    const path = `/v1/projects/${id}/settings/suspend`;
    expectStatus(200, await server.api.post(path, { confirm: true }, { auth: owner.auth }));
    expect(codeOf(await call(secret))).toEqual([403, 'project_suspended']);
    expect(await projectEvents(server, owner.auth, id, { type: 'project.activated' })).toEqual([]);
  });
});

describe('listing keys', () => {
  it('newest first, by pages, revoked ones included, another project’s left out', async () => {
    const { id } = await project();
    await createKey(server, owner.auth, (await project()).id);
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.unshift((await createKey(server, owner.auth, id)).api_key.id);
    await revoke(owner.auth, id, made[0]!);
    const page = async (query: Record<string, string | number>) =>
      expectStatus(200, await server.api.get(keysOf(id), { auth: owner.auth, query })).body;
    const first = await page({ limit: 3 });
    expect(first).toMatchObject({ total_count: 5, has_more: true });
    const rest = await page({ limit: 3, cursor: first.next_cursor });
    expect(rest).toMatchObject({ total_count: 5, has_more: false, next_cursor: null });
    const all = [...first.items, ...rest.items];
    expect(all.map(key => key.id)).toEqual(made);
    expect(all[0].status).toBe('revoked');
    expect((await server.api.get(keysOf(id), { auth: owner.auth, query: { limit: 101 } })).status).toBe(400);
    expect((await server.api.get(keysOf(id), { auth: owner.auth, query: { cursor: 'x' } })).status).toBe(400);
  });

  it('shows members without api_keys:read their own keys only', async () => {
    const { id } = await project();
    const memberId = await addMember(server, id, viewer, 'viewer');
    const { api_key: shared } = await createKey(server, owner.auth, id);
    const { api_key: own, secret } = await createKey(server, viewer.auth, id, { name: 'Mine', member: true });
    expect(own).toMatchObject({ member_id: memberId, role: { name: 'viewer' }, created_by: viewer.user.id });
    expect((await call(secret)).body.role.name).toBe('viewer');

    const list = expectStatus(200, await server.api.get(keysOf(id), { auth: viewer.auth })).body;
    expect(list).toMatchObject({ total_count: 1, items: [{ id: own.id }] });
    const foreign = await server.api.get(`${keysOf(id)}/${shared.id}`, { auth: viewer.auth });
    expect(sameAnswer(foreign)).toEqual(
      sameAnswer(await server.api.get(`${keysOf(id)}/${UNKNOWN}`, { auth: viewer.auth })),
    );
    expect(foreign.status).toBe(404);
    expect((await change(viewer.auth, id, shared.id, { name: 'X' })).status).toBe(404);
    expect((await revoke(viewer.auth, id, shared.id)).status).toBe(404);

    expectStatus(200, await change(viewer.auth, id, own.id, { name: 'Still mine' }));
    expect(codeOf(await change(viewer.auth, id, own.id, { role_id: ROLE_IDS.member }))).toEqual([
      403,
      'permission_escalation',
    ]);
    expectStatus(200, await regenerate(viewer.auth, id, own.id));
    expectStatus(200, await revoke(viewer.auth, id, own.id));
  });
});

describe('changing a key', () => {
  let prj: Project;
  beforeAll(async () => {
    prj = await project();
  });

  it('renames it', async () => {
    const { api_key, secret } = await createKey(server, owner.auth, prj.id);
    const answer = expectStatus(200, await change(owner.auth, prj.id, api_key.id, { name: 'Renamed' }));
    expect(answer.body).toEqual({ ...api_key, name: 'Renamed' });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'api_key.updated',
      changes: { name: { before: 'Script', after: 'Renamed' } },
      target: { id: api_key.id, name: 'Renamed' },
    });
    expect((await call(secret)).body.principal.name).toBe('Renamed');
  });

  it('suspends it at once, and activates it again', async () => {
    const { api_key, secret } = await createKey(server, owner.auth, prj.id);
    expect(await works(secret)).toBe(true);
    const stopped = expectStatus(200, await change(owner.auth, prj.id, api_key.id, { status: 'suspended' }));
    expect(await eventOf(server, root.auth, stopped)).toMatchObject({
      type: 'api_key.suspended',
      changes: { status: { before: 'activated', after: 'suspended' } },
    });
    expect(codeOf(await call(secret))).toEqual([403, 'api_key_suspended']);
    const resumed = expectStatus(200, await change(owner.auth, prj.id, api_key.id, { status: 'activated' }));
    expect((await eventOf(server, root.auth, resumed)).type).toBe('api_key.activated');
    expect(await works(secret)).toBe(true);
  });

  it('calls a change of status by its name, whatever else changes with it', async () => {
    const { api_key } = await createKey(server, owner.auth, prj.id);
    const both = { status: 'suspended', name: 'Harmless' };
    const answer = expectStatus(200, await change(owner.auth, prj.id, api_key.id, both));
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'api_key.suspended',
      changes: { name: { after: 'Harmless' }, status: { after: 'suspended' } },
    });
  });

  it('gives it another role from the next request on', async () => {
    const { api_key, secret } = await createKey(server, owner.auth, prj.id);
    expect((await call(secret, `/v1/projects/${prj.id}/settings`)).status).toBe(200);
    expectStatus(200, await change(owner.auth, prj.id, api_key.id, { role_id: ROLE_IDS.viewer }));
    expect((await call(secret, `/v1/projects/${prj.id}/settings`)).status).toBe(403);
    expect((await call(secret)).body.role.name).toBe('viewer');
  });

  it('restricts where it is used from', async () => {
    const { api_key, secret } = await createKey(server, owner.auth, prj.id);
    await change(owner.auth, prj.id, api_key.id, { allowed_ips: ['203.0.113.0/24'] });
    expect(codeOf(await call(secret))).toEqual([403, 'ip_not_allowed']);
    await change(owner.auth, prj.id, api_key.id, {
      allowed_ips: ['127.0.0.1'],
      allowed_domains: ['*.example.com'],
    });
    expect(codeOf(await call(secret))).toEqual([403, 'domain_not_allowed']);
    const headers = { origin: 'https://app.example.com' };
    expect((await server.api.get('/v1/whoami', { auth: basic(secret), headers })).status).toBe(200);
  });

  it('that changes nothing leaves an event without changes', async () => {
    const { api_key } = await createKey(server, owner.auth, prj.id);
    for (const body of [{}, { name: 'Script' }, { status: 'activated' }]) {
      const answer = expectStatus(200, await change(owner.auth, prj.id, api_key.id, body));
      expect((await eventOf(server, root.auth, answer)).changes).toEqual({});
    }
  });

  it('refuses what it does not understand', async () => {
    const { api_key } = await createKey(server, owner.auth, prj.id);
    for (const body of [
      { status: 'revoked' },
      { status: 'expired' },
      { name: null },
      { expires_at: '2020-01-01T00:00:00.000Z' },
      { role_id: UNKNOWN },
      { member_id: null },
      { secret: 'x' },
      [],
    ]) {
      const answer = await change(owner.auth, prj.id, api_key.id, body);
      expect([body, ...codeOf(answer)]).toEqual([body, 400, 'validation_failed']);
    }
  });
});

describe('regenerating a key', () => {
  it('at once ends the old secret with the answer', async () => {
    const { id } = await project();
    const { secret: old, api_key } = await createKey(server, owner.auth, id);
    expect(await works(old)).toBe(true);
    const answer = await regenerate(owner.auth, id, api_key.id, '');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { secret } = answer.body;
    expect(answer.body.api_key).toMatchObject({ id: api_key.id, preview: `bw_test_…${secret.slice(-4)}` });
    expect(answer.body.api_key.previous_secret).toBeNull();
    expect(codeOf(await call(old))).toEqual([401, 'invalid_api_key']);
    expect(await works(secret)).toBe(true);
    const event = await eventOf(server, root.auth, answer);
    expect(event).toMatchObject({ type: 'api_key.regenerated', target: { id: api_key.id } });
    expect(event.changes.preview).toEqual({ before: api_key.preview, after: answer.body.api_key.preview });
  });

  it('with grace keeps both, shows the use of the old one, and revoking ends both', async () => {
    const { id } = await project();
    const { secret: old, api_key } = await createKey(server, owner.auth, id);
    const answer = expectStatus(
      200,
      await regenerate(owner.auth, id, api_key.id, { grace_period_seconds: 3600 }),
    );
    const { secret } = answer.body;
    const until = Date.parse(answer.body.api_key.previous_secret.expires_at);
    expect(Math.abs(until - Date.now() - 3_600_000)).toBeLessThan(60_000);
    expect(answer.body.api_key.previous_secret.last_used_at).toBeNull();

    // The new one's use, a moment later, does not hide that the old one was used.
    expect(await works(secret)).toBe(true);
    expect(await works(old)).toBe(true);
    expect(await works(secret)).toBe(true);
    const seen = await waitFor('the use of the old secret', async () => {
      const key = await get(id, api_key.id);
      return key.previous_secret.last_used_at !== null && key;
    });
    expect(seen.last_used_at >= seen.previous_secret.last_used_at).toBe(true);

    expectStatus(200, await revoke(owner.auth, id, api_key.id));
    expect(codeOf(await call(secret))).toEqual([401, 'api_key_revoked']);
    expect((await call(old)).status).toBe(401);
    expect(await get(id, api_key.id)).toMatchObject({ status: 'revoked', previous_secret: null });
  });

  it('notes the old secret’s use also when it is the key’s first', async () => {
    const { id } = await project();
    const { secret: old, api_key } = await createKey(server, owner.auth, id);
    await regenerate(owner.auth, id, api_key.id, { grace_period_seconds: 60 });
    expect(await works(old)).toBe(true);
    const key = await get(id, api_key.id);
    expect(key.previous_secret.last_used_at).toBe(key.last_used_at);
  });

  it('does not take the use of the secret before for that of the one after', async () => {
    const { id } = await project();
    const { secret: first, api_key } = await createKey(server, owner.auth, id);
    const grace = { grace_period_seconds: 60 };
    const { secret: second } = (await regenerate(owner.auth, id, api_key.id, grace)).body;
    expect(await works(first)).toBe(true);
    expect(await works(first)).toBe(true);
    const { secret: third } = (
      await regenerate(owner.auth, id, api_key.id, { grace_period_seconds: 61, confirm: true })
    ).body;
    const { last_used_at: before } = await get(id, api_key.id);
    expect(await works(third)).toBe(true);
    // Uses are written in the order they came: when this one is there, those of the first secret were, too.
    await waitFor('the use of the third', async () => (await get(id, api_key.id)).last_used_at > before);
    expect((await get(id, api_key.id)).previous_secret.last_used_at).toBeNull();
    expect(await works(second)).toBe(true);
    await waitFor(
      'the use of the second',
      async () => (await get(id, api_key.id)).previous_secret.last_used_at !== null,
    );
  });

  it('is for the member whose own it is, also when they may less than before', async () => {
    const { id } = await project();
    const memberId = await addMember(server, id, viewer, 'administrator');
    const { api_key } = await createKey(server, viewer.auth, id, { member: true });
    const member = `/v1/projects/${id}/members/${memberId}`;
    expectStatus(200, await server.api.patch(member, { role_id: ROLE_IDS.viewer }, { auth: owner.auth }));
    const { secret } = expectStatus(200, await regenerate(viewer.auth, id, api_key.id)).body;
    expect((await call(secret)).body.permissions).not.toContain('api_keys:write');
  });

  it('ends the old secret when its grace is over', async () => {
    const { id } = await project();
    const { secret: old, api_key } = await createKey(server, owner.auth, id);
    const { secret } = (await regenerate(owner.auth, id, api_key.id, { grace_period_seconds: 60 })).body;
    const over = { previous_expires_at: new Date(Date.now() - 1) };
    await write(server, db => db.update(ApiKeyEntity, { id: api_key.id }, over));
    expect(codeOf(await call(old))).toEqual([401, 'invalid_api_key']);
    expect(await works(secret)).toBe(true);
    expect((await get(id, api_key.id)).previous_secret).toBeNull();
  });

  it('within a grace needs a confirmation, which ends it', async () => {
    const { id } = await project();
    const { secret: first, api_key } = await createKey(server, owner.auth, id);
    const grace = { grace_period_seconds: 60 };
    const { secret: second } = expectStatus(200, await regenerate(owner.auth, id, api_key.id, grace)).body;
    for (const body of [grace, {}, { confirm: false }]) {
      const refused = await regenerate(owner.auth, id, api_key.id, body);
      expect(codeOf(refused)).toEqual([409, 'grace_running']);
    }
    expect(await works(first)).toBe(true);
    const confirmed = await regenerate(owner.auth, id, api_key.id, { ...grace, confirm: true });
    const { secret: third } = expectStatus(200, confirmed).body;
    expect(codeOf(await call(first))).toEqual([401, 'invalid_api_key']);
    expect([await works(second), await works(third)]).toEqual([true, true]);
  });

  it('six times at once has one winner', async () => {
    const { id } = await project();
    const { secret: first, api_key } = await createKey(server, owner.auth, id);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => regenerate(owner.auth, id, api_key.id, { grace_period_seconds: 60 })),
    );
    const [winner, ...more] = answers.filter(answer => answer.status === 200);
    expect(more).toEqual([]);
    const others = answers.filter(answer => answer !== winner).map(codeOf);
    expect(others).toEqual(Array(5).fill([409, 'grace_running']));
    expect([await works(first), await works(winner!.body.secret)]).toEqual([true, true]);
  });

  it('refuses what it does not understand', async () => {
    const { id } = await project();
    const { api_key } = await createKey(server, owner.auth, id);
    for (const body of [
      { grace_period_seconds: -1 },
      { grace_period_seconds: 604_801 },
      { grace_period_seconds: 1.5 },
      { grace_period_seconds: '60' },
      { secret: 'x' },
    ]) {
      expect([body, (await regenerate(owner.auth, id, api_key.id, body)).status]).toEqual([body, 400]);
    }
  });
});

describe('revoking a key', () => {
  it('is for good', async () => {
    const { id } = await project();
    const { secret, api_key } = await createKey(server, owner.auth, id);
    expect(await works(secret)).toBe(true);
    const answer = expectStatus(200, await revoke(owner.auth, id, api_key.id));
    expect(answer.body).toEqual({ id: api_key.id, deleted: true });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'api_key.revoked',
      changes: { status: { before: 'activated', after: 'revoked' } },
    });
    expect(codeOf(await call(secret))).toEqual([401, 'api_key_revoked']);
    for (const send of [
      revoke(owner.auth, id, api_key.id),
      change(owner.auth, id, api_key.id, { status: 'activated' }),
      change(owner.auth, id, api_key.id, {}),
      regenerate(owner.auth, id, api_key.id),
    ]) {
      expect(codeOf(await send)).toEqual([409, 'invalid_transition']);
    }
    expect(codeOf(await call(secret))).toEqual([401, 'api_key_revoked']);
  });

  it('can be done while the project is suspended, when nothing else can', async () => {
    const { id } = await project();
    const { api_key } = await createKey(server, owner.auth, id);
    const suspend = `/v1/projects/${id}/settings/suspend`;
    expectStatus(200, await server.api.post(suspend, { confirm: true }, { auth: owner.auth }));
    expect(codeOf(await change(owner.auth, id, api_key.id, { name: 'X' }))).toEqual([
      403,
      'project_suspended',
    ]);
    expectStatus(200, await revoke(owner.auth, id, api_key.id));
    expect((await get(id, api_key.id)).status).toBe('revoked');
  });

  it('of several at once one succeeds', async () => {
    const { id } = await project();
    const { api_key } = await createKey(server, owner.auth, id);
    const answers = await Promise.all(Array.from({ length: 5 }, () => revoke(owner.auth, id, api_key.id)));
    expect(answers.map(answer => answer.status).sort()).toEqual([200, 409, 409, 409, 409]);
    expect(await projectEvents(server, owner.auth, id, { type: 'api_key.revoked' })).toHaveLength(1);
  });
});

describe('nobody issues more than they have', () => {
  it('neither a member nor a key that may write keys but little else', async () => {
    const { id } = await project();
    const issuer = await addRole(server, id, ['project:read', 'api_keys:read', 'api_keys:write']);
    await addMember(server, id, viewer, issuer);
    const { secret } = await createKey(server, owner.auth, id, { role_id: issuer });
    const { api_key: strong } = await createKey(server, owner.auth, id, { role_id: ROLE_IDS.administrator });

    for (const auth of [viewer.auth, basic(secret)]) {
      for (const answer of [
        await server.api.post(keysOf(id), { name: 'K', role_id: ROLE_IDS.administrator }, { auth }),
        await server.api.post(keysOf(id), { name: 'K', role_id: ROLE_IDS.viewer }, { auth }),
        await server.api.post(keysOf(id), { name: 'K' }, { auth }),
        await regenerate(auth, id, strong.id),
      ]) {
        expect(codeOf(answer)).toEqual([403, 'permission_escalation']);
        expect(answer.body.error.details.lacking).toContain('members:read');
      }
      const { api_key: weak } = await createKey(server, auth, id, { role_id: issuer });
      expect(codeOf(await change(auth, id, weak.id, { role_id: ROLE_IDS.administrator }))).toEqual([
        403,
        'permission_escalation',
      ]);
      expectStatus(200, await regenerate(auth, id, weak.id));
      // To stop a key takes no more than the permission; anything else, as much as the key can do.
      expectStatus(200, await change(auth, id, strong.id, { status: 'suspended' }));
      for (const body of [
        { status: 'activated' },
        { name: 'Mine' },
        { allowed_ips: [] },
        { expires_at: null },
      ]) {
        expect(codeOf(await change(auth, id, strong.id, body))).toEqual([403, 'permission_escalation']);
      }
      expectStatus(200, await change(owner.auth, id, strong.id, { status: 'activated' }));
    }
    expect((await get(id, strong.id)).role.name).toBe('administrator');
  });

  it('a key of an administrator’s may issue any', async () => {
    const { id } = await project();
    const { secret, api_key } = await createKey(server, owner.auth, id, { role_id: ROLE_IDS.administrator });
    const issued = await createKey(server, basic(secret), id, { role_id: ROLE_IDS.administrator });
    expect(issued.api_key.created_by).toBe(api_key.id);
    expect(await works(issued.secret)).toBe(true);
  });
});

describe('another project’s key', () => {
  it('cannot be told from one that does not exist, and stays as it is', async () => {
    const { id } = await project();
    const { api_key, secret } = await createKey(server, owner.auth, id);
    const foreign = await createProject(server, stranger.auth);
    const { secret: theirs } = await createKey(server, stranger.auth, foreign.id, {
      role_id: ROLE_IDS.administrator,
    });
    for (const auth of [stranger.auth, basic(theirs)]) {
      for (const [prj, key, noProject, noKey] of [
        [id, api_key.id, UNKNOWN_PROJECT, UNKNOWN],
        [foreign.id, api_key.id, foreign.id, UNKNOWN],
      ] as const) {
        for (const send of [
          (p: string, k: string) => server.api.get(`${keysOf(p)}/${k}`, { auth }),
          (p: string, k: string) => change(auth, p, k, { status: 'suspended' }),
          (p: string, k: string) => regenerate(auth, p, k),
          (p: string, k: string) => revoke(auth, p, k),
        ]) {
          const answer = await send(prj, key);
          expect(answer.status).toBe(404);
          expect(sameAnswer(answer)).toEqual(sameAnswer(await send(noProject, noKey)));
        }
      }
      expect((await server.api.get(keysOf(id), { auth })).status).toBe(404);
      expect((await server.api.post(keysOf(id), { name: 'K' }, { auth })).status).toBe(404);
    }
    expect(await get(id, api_key.id)).toEqual(api_key);
    expect(await works(secret)).toBe(true);
  });
});

describe('a secret', () => {
  it('is in the answer that made it, and nowhere else', async () => {
    const { id } = await project();
    const send = (path: string, name: string) =>
      server.api.post(path, { name: 'Once' }, { auth: owner.auth, headers: { 'idempotency-key': name } });
    const made = expectStatus(201, await send(keysOf(id), 'make it'));
    const replayed = expectStatus(201, await send(keysOf(id), 'make it'));
    expect(replayed.headers.get('idempotent-replayed')).toBe('true');
    expect(replayed.headers.get('cache-control')).toBe('no-store');
    expect(replayed.body).toEqual({ api_key: made.body.api_key });
    const again = `${keysOf(id)}/${made.body.api_key.id}/regenerate`;
    const headers = { 'idempotency-key': 'again' };
    const renewed = expectStatus(200, await server.api.post(again, {}, { auth: owner.auth, headers }));
    const notAgain = expectStatus(200, await server.api.post(again, {}, { auth: owner.auth, headers }));
    expect(notAgain.body).toEqual({ api_key: renewed.body.api_key });
    expect(await eventsOf(server, root.auth, notAgain)).toEqual([]);
    expect(await works(renewed.body.secret)).toBe(true);

    const database = server.app.get(Database).read(RequestContext.reading('test'));
    const kept = [await server.api.get(keysOf(id), { auth: owner.auth })] as unknown[];
    kept.push(await projectEvents(server, owner.auth, id));
    for (const table of ['api_keys', 'events', 'idempotency_records', 'outbox', 'notifications']) {
      kept.push(await database.query(`SELECT * FROM ${table}`));
    }
    const everything = JSON.stringify(kept);
    for (const secret of [made.body.secret, renewed.body.secret]) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(secret.slice(8, -6));
    }
    for (const { secret_hash } of await database.query(
      `SELECT secret_hash FROM api_keys WHERE project_id = '${id}'`,
    )) {
      expect(JSON.stringify(kept.slice(0, 2))).not.toContain(secret_hash);
    }
  });
});
