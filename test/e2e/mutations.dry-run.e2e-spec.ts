import { randomBytes } from 'node:crypto';
import { AccessCache } from '../../src/kernel/access-cache/access-cache.js';
import { codeOf, eventOf, type LoggedEvent, sameAnswer } from '../support/answers.js';
import type { Answer } from '../support/client.js';
import { differences, dumpOf } from '../support/dump.js';
import {
  addRole,
  addToOrganization,
  expectStatus,
  type Person,
  type Project,
  ROLE_IDS,
  Scene,
} from '../support/scene.js';
import { formOf } from '../support/uploads.js';
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
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await scene?.close();
  await sink?.close();
});

interface Effect {
  effect: string;
  count: number;
  [detail: string]: unknown;
}

/** A request that takes something away, and what it would do. */
interface Harm {
  readonly method: 'DELETE' | 'PATCH' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly effects: Effect[];
  /** The project it is about; null where it is about an organization, which keys do not reach. */
  readonly project: Project | null;
  /** Who stops being let in, before and after. */
  readonly locksOut?: { auth: string }[];
}

const dry = { dry_run: 'true' };
const send = (harm: Harm, auth: string | undefined, query: Record<string, string> = {}) =>
  scene.api.request(harm.method, harm.path, harm.body, { ...(auth && { auth }), query });
const effect = (name: string, count = 1): Effect => ({ effect: name, count });
const byName = (effects: Effect[]) => [...effects].sort((one, other) => (one.effect < other.effect ? -1 : 1));

const invite = async (project: Project, by: Person | { auth: string }, body: object = {}) =>
  expectStatus(
    201,
    await scene.api.post(
      `/v1/projects/${project.id}/invitations`,
      { email: `${randomBytes(5).toString('hex')}@people.example`, ...body },
      { auth: by.auth },
    ),
  );
const used = async (key: { auth: string }, times: number) => {
  for (let time = 0; time < times; time++)
    expectStatus(200, await scene.api.get('/v1/whoami', { auth: key.auth }));
};
/** An own key of a member. */
const ownKey = async (project: Project, member: Person) => {
  const body = { name: 'Own', member: true };
  const answer = await scene.api.post(`/v1/projects/${project.id}/api-keys`, body, member);
  const { api_key, secret } = expectStatus(201, answer).body;
  return { id: api_key.id as string, auth: `Bearer ${secret}` };
};

/** A key that was used by three requests from one address. */
async function keyHarm(method: Harm['method'], rest: string, body: object | undefined, effects: Effect[]) {
  const project = await scene.project();
  const key = await scene.key(project);
  await used(key, 3);
  const calls = [effect('requests_last_24h', 3), effect('addresses_last_24h', 1)];
  const path = `/v1/projects/${project.id}/api-keys/${key.id}${rest}`;
  return { method, path, body, project, locksOut: [key], effects: [...effects, ...calls] };
}

/** A member with two keys of their own, one of which was used, who invited somebody. */
async function memberHarm(method: Harm['method'], rest: string, effects: Effect[]): Promise<Harm> {
  const project = await scene.project();
  const member = await scene.member(project, 'administrator', { person: await scene.person() });
  const keys = [await ownKey(project, member), await ownKey(project, member)];
  await used(keys[0]!, 2);
  await invite(project, member);
  return {
    method,
    path: `/v1/projects/${project.id}/members/${member.memberId}${rest}`,
    project,
    locksOut: keys,
    effects: [
      ...effects,
      effect('invitations_ended', 1),
      effect('requests_last_24h', 2),
      effect('addresses_last_24h', 1),
    ],
  };
}

/** A role that a member, the member's own key, two other keys and an invitation hold, and a rule names. */
async function roleHarm(method: Harm['method'], body: object | undefined, effects: Effect[]): Promise<Harm> {
  const project = await scene.project();
  const role = await addRole(scene.server, project.id, ['project:read', 'members:read', 'media:write']);
  const member = await scene.member(project, role, { person: await scene.person() });
  await ownKey(project, member);
  for (const name of ['One', 'Two']) await scene.key(project, role, { name });
  await invite(project, owner, { role_id: role });
  const rule = { attribute: 'api_key.last_used_ip', hidden_from: [role] };
  expectStatus(201, await scene.api.post(`/v1/projects/${project.id}/attribute-visibility`, rule, owner));
  return { method, path: `/v1/projects/${project.id}/roles/${role}`, body, project, effects };
}

/** An endpoint that two deliveries wait for. */
async function endpointHarm(): Promise<Harm> {
  const project = await scene.project();
  const endpoints = `/v1/projects/${project.id}/webhook-endpoints`;
  sink.replies.set(`/${project.id}`, 500);
  const body = { url: sink.url(`/${project.id}`), event_types: ['api_key.*'] };
  const { id } = expectStatus(201, await scene.api.post(endpoints, body, owner)).body.webhook_endpoint;
  const path = `${endpoints}/${id}`;
  await scene.key(project);
  await scene.key(project);
  await waitFor('a failed attempt', async () => {
    const { items } = (await scene.api.get(`${path}/deliveries`, owner)).body;
    return items.length === 2 && items.some((item: any) => item.attempt_count > 0);
  });
  expectStatus(200, await scene.api.patch(path, { status: 'disabled' }, owner));
  const effects = [effect('webhook_endpoints_deleted', 1), effect('pending_deliveries', 2)];
  return { method: 'DELETE', path, project, effects };
}

/** A member of an organization and of two of its projects, with a key in one of them. */
async function organizationHarm(method: Harm['method'], rest: string, effects: Effect[]): Promise<Harm> {
  const organization = expectStatus(
    201,
    await scene.api.post('/v1/organizations', { name: 'Works' }, owner),
  ).body;
  const person = await scene.person();
  const id = await addToOrganization(scene.server, organization.id, person, 'member');
  const projects = [
    await scene.project({ organization_id: organization.id }),
    await scene.project({ organization_id: organization.id }),
  ];
  for (const project of projects) await scene.member(project, 'administrator', { person });
  const key = await ownKey(projects[0]!, person);
  await invite(projects[1]!, person);
  return {
    method,
    path: `/v1/organizations/${organization.id}/members/${id}${rest}`,
    project: null,
    locksOut: [key],
    effects,
  };
}

const HARMS: Record<string, () => Promise<Harm>> = {
  'revoking a key': () => keyHarm('DELETE', '', undefined, [effect('api_keys_revoked')]),
  'suspending a key': () => keyHarm('PATCH', '', { status: 'suspended' }, [effect('api_keys_stopped')]),
  'regenerating a key': () => keyHarm('POST', '/regenerate', {}, [effect('secrets_ended')]),
  'suspending a member': () =>
    memberHarm('POST', '/suspend', [effect('memberships_stopped'), effect('api_keys_stopped', 2)]),
  'removing a member': () =>
    memberHarm('DELETE', '', [effect('memberships_ended'), effect('api_keys_revoked', 2)]),
  'deleting a role': () =>
    roleHarm('DELETE', undefined, [
      effect('roles_deleted'),
      effect('members_role_changed'),
      effect('invitations_role_changed'),
      effect('api_keys_role_changed', 3),
      effect('visibility_rules_changed'),
    ]),
  'reducing a role': () =>
    roleHarm('PATCH', { permissions: ['project:read', 'usage:read'] }, [
      { ...effect('permissions_lost', 2), permissions: ['members:read', 'media:write'] },
      effect('members_affected'),
      effect('api_keys_affected', 3),
    ]),
  'deleting a webhook endpoint': endpointHarm,
  'suspending a member of an organization': () =>
    organizationHarm('POST', '/suspend', [
      effect('organization_memberships_stopped'),
      effect('memberships_stopped', 2),
      effect('api_keys_stopped'),
      effect('invitations_ended'),
    ]),
  'removing a member of an organization': () =>
    organizationHarm('DELETE', '', [
      effect('organization_memberships_ended'),
      effect('memberships_ended', 2),
      effect('api_keys_revoked'),
      effect('invitations_ended'),
    ]),
};

/** What the entries call the cascades that effects count. */
const CASCADES: Record<string, string> = {
  'api_key.revoked': 'api_keys_revoked',
  'api_key.updated': 'api_keys_role_changed',
  'member.removed': 'memberships_ended',
  'invitation.revoked': 'invitations_ended',
  'visibility_rule.updated': 'visibility_rules_changed',
};

/** What the entry of a mutation counts, by the names of effects. */
function countedBy({ effects }: LoggedEvent): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type, target, changes } of effects) {
    const name = CASCADES[type] ?? `${target.type}s_${type.split('.')[1]}`;
    counts.set(name, (counts.get(name) ?? 0) + (changes?.count?.after ?? 1));
  }
  return counts;
}

describe.each(Object.entries(HARMS))('a dry run of %s', (_name, make) => {
  it('says what the request then does, and does nothing of it', async () => {
    const harm = await make();
    const headers = { 'idempotency-key': 'the same' };
    const callers: { auth: string }[] = [owner, scene.root];
    if (harm.project) {
      const key = await scene.key(harm.project, 'administrator');
      await used(key, 1);
      callers.push(key);
    }
    const before = await dumpOf(scene.server);
    const forgotten = jest.spyOn(scene.server.app.get(AccessCache), 'forget');
    for (const { auth } of callers) {
      const answer = await scene.api.request(harm.method, harm.path, harm.body, {
        auth,
        headers,
        query: dry,
      });
      expect(expectStatus(200, answer).body).toEqual({ dry_run: true, effects: expect.any(Array) });
      expect(byName(answer.body.effects)).toEqual(byName(harm.effects));
      expect(JSON.stringify(answer.body)).not.toContain('bw_test_');
    }
    expect(differences(before, await dumpOf(scene.server))).toEqual([]);
    expect(forgotten).not.toHaveBeenCalled();
    forgotten.mockRestore();
    for (const key of harm.locksOut ?? []) await used(key, 1);

    const done = expectStatus(200, await send(harm, owner.auth, { dry_run: 'false' }));
    expect(done.body.dry_run).toBeUndefined();
    expect(differences(before, await dumpOf(scene.server))).not.toEqual([]);
    for (const { auth } of harm.locksOut ?? [])
      expect([401, 403]).toContain((await scene.api.get('/v1/whoami', { auth })).status);
    const counted = countedBy(await eventOf(scene.server, scene.root.auth, done));
    for (const [name, count] of counted) expect(harm.effects).toContainEqual({ effect: name, count });
  });

  it('is refused like the request itself', async () => {
    const harm = await make();
    const strangers: (string | undefined)[] = [undefined, 'Bearer bws_nobody', (await scene.stranger()).auth];
    if (harm.project) {
      strangers.push((await scene.member(harm.project, 'viewer')).auth);
      strangers.push((await scene.key(harm.project, 'viewer')).auth);
      strangers.push((await scene.key(await scene.project(), 'administrator')).auth);
    }
    for (const auth of strangers) {
      const asked = await send(harm, auth, dry);
      expect([401, 403, 404]).toContain(asked.status);
      expect(sameAnswer(asked)).toEqual(sameAnswer(await send(harm, auth)));
    }
    for (const value of ['yes', '', '1', 'TRUE'])
      expect((await send(harm, owner.auth, { dry_run: value })).body.error).toMatchObject({
        code: 'validation_failed',
        details: { errors: [{ param: 'dry_run' }] },
      });
    const unknown = { ...harm, path: harm.path.replace(/_[^_/]+(?=(\/(suspend|regenerate))?$)/, '_unknown') };
    expect(codeOf(await send(unknown, owner.auth, dry))).toEqual(codeOf(await send(unknown, owner.auth)));
  });
});

describe('a dry run', () => {
  const path = (project: Project, rest: string) => `/v1/projects/${project.id}/${rest}`;
  const run = (method: string, at: string, body?: object, by: { auth: string } = owner) =>
    scene.api.request(method, at, body, { auth: by.auth, query: dry });
  const effectsOf = (answer: Answer) => expectStatus(200, answer).body.effects as Effect[];

  it('conflicts as the request would', async () => {
    const project = await scene.project();
    const key = await scene.key(project);
    expectStatus(200, await scene.api.delete(path(project, `api-keys/${key.id}`), undefined, owner));
    expect(codeOf(await run('DELETE', path(project, `api-keys/${key.id}`)))).toEqual([
      409,
      'invalid_transition',
    ]);
    const member = await scene.member(project, 'member', { status: 'suspended' });
    const suspend = path(project, `members/${member.memberId}/suspend`);
    expect(codeOf(await run('POST', suspend))).toEqual([409, 'invalid_transition']);
    const { items } = (await scene.api.get(path(project, 'members'), owner)).body;
    const own = items.find((item: any) => item.user_id === owner.user.id).id;
    expect(codeOf(await run('DELETE', path(project, `members/${own}`)))).toEqual([409, 'owner_protected']);
    const system = path(project, 'roles/rol_viewer');
    expect((await run('DELETE', system)).status).toBe(
      (await scene.api.delete(system, undefined, owner)).status,
    );
  });

  it('needs no confirmation, and says what would have to be confirmed', async () => {
    const project = await scene.project();
    const key = await scene.key(project);
    const regenerate = path(project, `api-keys/${key.id}/regenerate`);
    const grace = { grace_period_seconds: 3_600 };
    expect(effectsOf(await run('POST', regenerate, grace))).toEqual([
      { effect: 'secrets_ending', count: 1, at: expect.stringMatching(/Z$/) },
    ]);
    expectStatus(200, await scene.api.post(regenerate, grace, owner));
    expect(codeOf(await scene.api.post(regenerate, grace, owner))).toEqual([409, 'grace_running']);
    expect(effectsOf(await run('POST', regenerate, grace))).toEqual([
      { effect: 'secrets_ended', count: 1 },
      { effect: 'secrets_ending', count: 1, at: expect.any(String) },
    ]);
    expect(effectsOf(await run('POST', regenerate))).toEqual([{ effect: 'secrets_ended', count: 2 }]);
    expectStatus(200, await scene.api.get('/v1/whoami', { auth: key.auth }));
  });

  it('has no effects to tell where nothing is taken away', async () => {
    const project = await scene.project();
    const key = await scene.key(project);
    const role = await addRole(scene.server, project.id, ['project:read']);
    const more = { name: 'Readers', permissions: ['project:read', 'usage:read'] };
    expect(effectsOf(await run('PATCH', path(project, `roles/${role}`), more))).toEqual([]);
    const at = path(project, `api-keys/${key.id}`);
    await used(key, 1);
    expect(effectsOf(await run('PATCH', at, { name: 'New' }))).toEqual([]);
    expect(effectsOf(await run('PATCH', at, { allowed_ips: ['203.0.113.7'] }))).toEqual([
      effect('requests_last_24h'),
      effect('addresses_last_24h'),
    ]);
    expect(codeOf(await run('PATCH', at, { nonsense: 1 }))).toEqual([400, 'validation_failed']);
  });

  it('tells nobody what is hidden from them', async () => {
    const project = await scene.project();
    const key = await scene.key(project);
    await used(key, 2);
    const role = await addRole(scene.server, project.id, [
      ...(['api_keys:read', 'api_keys:write', 'usage:read', 'usage:write', 'project:read'] as const),
      ...(['members:read', 'media:read', 'customers:read', 'billing:read'] as const),
      ...(['settings:read', 'webhooks:read', 'alerts:read', 'reports:read', 'retention:read'] as const),
      ...(['visibility:read', 'media:write', 'customers:write', 'billing:write', 'reports:write'] as const),
    ]);
    const member = await scene.member(project, role, { person: await scene.person() });
    const at = path(project, `api-keys/${key.id}`);
    const suspended = { status: 'suspended' };
    const all = [effect('requests_last_24h', 2), effect('addresses_last_24h'), effect('api_keys_stopped')];
    expect(effectsOf(await run('PATCH', at, suspended, member))).toEqual(all);
    for (const attribute of ['request_log.ip', 'api_key.status'])
      expectStatus(
        201,
        await scene.api.post(
          path(project, 'attribute-visibility'),
          { attribute, hidden_from: [role] },
          owner,
        ),
      );
    const shown = [effect('requests_last_24h', 2), effect('api_keys_stopped')];
    expect(effectsOf(await run('PATCH', at, suspended, member))).toEqual(shown);
    expectStatus(200, await scene.api.patch(at, suspended, owner));
    // Whether it was suspended before is not theirs to know.
    expect(effectsOf(await run('PATCH', at, suspended, member))).toEqual(shown);
    expect(effectsOf(await run('PATCH', at, suspended))).toEqual(all.slice(0, 2));
  });

  it.each([
    ['DELETE', undefined, ['members_role_changed', 'invitations_role_changed'], ['api_keys_role_changed']],
    ['PATCH', { permissions: ['project:read'] }, ['members_affected'], ['api_keys_affected']],
  ] as const)(
    'of a role does not tell who holds it where roles are hidden: %s',
    async (method, body, ofMembers, ofKeys) => {
      const { project, path: at } = await roleHarm(method, body, []);
      const caller = await scene.member(project!, 'administrator', { person: await scene.person() });
      const names = async () =>
        effectsOf(await run(method, at, body, caller))
          .map(told => told.effect)
          .filter(name => [...ofMembers, ...ofKeys].some(each => each === name))
          .sort();
      const hide = async (attribute: string) =>
        expectStatus(
          201,
          await scene.api.post(
            path(project!, 'attribute-visibility'),
            // From the role that takes the place of the deleted one, too: else nobody from whom it is hidden may give it.
            { attribute, hidden_from: [ROLE_IDS.administrator, ROLE_IDS.member, ROLE_IDS.viewer] },
            owner,
          ),
        );
      expect(await names()).toEqual([...ofMembers, ...ofKeys].sort());
      await hide('member.role');
      expect(await names()).toEqual([...ofKeys]);
      await hide('api_key.role');
      expect(await names()).toEqual([]);
    },
  );

  it("tells of a member's keys only those who may read keys", async () => {
    for (const [method, rest, told] of [
      ['DELETE', '', 'api_keys_revoked'],
      ['POST', '/suspend', 'api_keys_stopped'],
    ] as const) {
      const { project, path: at } = await memberHarm(method, rest, []);
      const { items } = (await scene.api.get(path(project!, 'members'), owner)).body;
      const role_id = await addRole(scene.server, project!.id, ['project:read', 'media:read']);
      const target = items.find((item: any) => at.includes(item.id)).id;
      expectStatus(200, await scene.api.patch(path(project!, `members/${target}`), { role_id }, owner));
      const managing = ['project:read', 'media:read', 'members:read', 'members:write'] as const;
      const blind = await scene.member(project!, await addRole(scene.server, project!.id, [...managing]), {
        person: await scene.person(),
      });
      const seeing = await scene.member(
        project!,
        await addRole(scene.server, project!.id, [...managing, 'api_keys:read']),
        { person: await scene.person() },
      );
      expect(effectsOf(await run(method, at, undefined, seeing))).toContainEqual(effect(told, 2));
      const names = effectsOf(await run(method, at, undefined, blind)).map(each => each.effect);
      expect(names.filter(name => name.startsWith('api_keys'))).toEqual([]);
    }
  });
});

describe('a dry run in another spelling or place', () => {
  it('is refused, never done', async () => {
    const project = await scene.project();
    const key = await scene.key(project, 'viewer');
    const path = `/v1/projects/${project.id}/api-keys/${key.id}`;
    const remove = (query: Record<string, string>, body?: unknown) =>
      scene.api.request('DELETE', path, body, { ...owner, query });
    for (const name of ['dryRun', 'dryrun', 'dry-run', 'dry_run[]'])
      expect(codeOf(await remove({ [name]: 'true' }))).toEqual([400, 'validation_failed']);
    const misplaced = await remove({}, { dry_run: true });
    expect([...codeOf(misplaced), misplaced.body.error.param]).toEqual([400, 'validation_failed', 'dry_run']);
    expect((await scene.api.get(path, owner)).body.status).toBe('activated');
  });
});

describe('a dry run of what changes nothing anyway, though it may cost something', () => {
  it('is refused, and costs nothing', async () => {
    const project = await scene.project();
    const key = await scene.key(project, 'administrator');
    const of = (path: string) => `/v1/projects/${project.id}/${path}`;
    const left = async () =>
      (await scene.api.get('/v1/whoami', key)).headers.get('x-ratelimit-requests-remaining');
    const before = Number(await left());
    const asked = { key: key.secret };
    for (const [path, body] of [
      ['/v1/api-keys/verify', asked],
      [of(`api-keys/${key.id}/explain`), {}],
    ] as const) {
      const answer = await scene.api.post(path, body, { ...key, query: dry });
      expect([...codeOf(answer), answer.body.error.param]).toEqual([400, 'validation_failed', 'dry_run']);
      expectStatus(200, await scene.api.post(path, body, { ...key, query: { dry_run: 'false' } }));
    }
    expect(Number(await left())).toBe(before - 3);
  });
});

describe('the documents', () => {
  const operations = async () => {
    const { paths } = expectStatus(200, await scene.api.get('/docs/openapi.json')).body;
    return Object.entries<any>(paths).flatMap(([path, item]) =>
      Object.entries<any>(item).map(([method, operation]) => ({ path, method, operation })),
    );
  };
  const isOffered = ({ operation }: { operation: any }) =>
    operation.parameters?.some(({ name, in: place }: any) => name === 'dry_run' && place === 'query');

  it('offer a dry run for what takes something away, with its answer', async () => {
    const offered = (await operations()).filter(isOffered);
    expect(offered.map(({ operation }) => operation.operationId).sort()).toEqual([
      'ApiKey_regenerate',
      'ApiKey_revoke',
      'ApiKey_update',
      'Member_remove',
      'Member_suspend',
      'OrganizationMember_remove',
      'OrganizationMember_suspend',
      'Role_delete',
      'Role_update',
      'WebhookEndpoint_delete',
    ]);
    for (const { operation } of offered) {
      const { oneOf } = operation.responses['200'].content['application/json'].schema;
      expect(oneOf[1]).toEqual({ $ref: '#/components/schemas/DryRun' });
    }
  });

  it('are right that no other mutation has one: it is refused, before anything is done', async () => {
    const project = await scene.project();
    const key = await scene.key(project, 'administrator');
    await used(key, 1);
    const others = (await operations()).filter(
      each => /Writes one entry/.test(each.operation.description) && !isOffered(each),
    );
    expect(others.length).toBeGreaterThan(60);
    const before = await dumpOf(scene.server);
    for (const { path, method, operation } of others) {
      const byKey = operation.security.some((one: object) => 'basic' in one) && !path.includes('{id}');
      const { auth } = byKey ? key : scene.root;
      const target = path.replace('{id}', project.id).replace(/\{\w+\}/g, 'unknown');
      const body = /\/media$/.test(path) ? formOf({}) : undefined;
      const answer = await scene.api.request(method.toUpperCase(), target, body, {
        query: dry,
        ...(operation.security.length && { auth }),
      });
      expect([method, path, ...codeOf(answer), answer.body.error?.param]).toEqual([
        method,
        path,
        400,
        'validation_failed',
        'dry_run',
      ]);
    }
    expect(differences(before, await dumpOf(scene.server))).toEqual([]);
  });
});
