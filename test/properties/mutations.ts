import { type Answer, basic } from '../support/client.js';
import { type Person, ROLE_IDS } from '../support/scene.js';
import type { TestServer } from '../support/server.js';

/** What a random sequence of requests has made so far, for the next ones to act upon. */
export interface World {
  readonly server: TestServer;
  readonly root: Person;
  readonly owner: Person;
  readonly foreignProject: string;
  readonly projects: { id: string; name: string }[];
  readonly keys: { project: string; id: string; secret: string }[];
  readonly organizations: string[];
  readonly endpoints: { project: string; id: string }[];
}

/** One request, and what its success leaves in the event log. */
export interface Move {
  /** The event types of which a success leaves exactly one; none for a request that changes nothing. */
  readonly leaves: readonly string[];
  send(): Promise<Answer>;
  /** What to remember of a success. */
  learn?(body: any): void;
}

/** Makes a move; `target` and `variant` are any whole numbers, taken modulo what there is. */
export type MoveMaker = (world: World, target: number, variant: number) => Move;

const pick = <T>(items: readonly T[], at: number): T => items[at % items.length]!;

/** No idempotency key, or one of a few, so that some requests are replays and some mismatches. */
function once(variant: number): Record<string, string> {
  const key = variant % 4;
  return key === 0 ? {} : { 'idempotency-key': `key ${key}` };
}

const keyPath = (key: { project: string; id: string }) => `/v1/projects/${key.project}/api-keys/${key.id}`;

/** Every kind of move by name. Some succeed, some are refused: that depends on what was done before. */
export const MOVES: Readonly<Record<string, MoveMaker>> = {
  'create a project': ({ server, owner, projects }, _, variant) => {
    const bodies = [
      { name: 'One' },
      { name: 'Two' },
      { name: '' },
      { name: 'Live', environment: 'production' },
    ];
    const options = { auth: owner.auth, headers: once(variant) };
    return {
      leaves: ['project.created'],
      send: () => server.api.post('/v1/projects', pick(bodies, variant >> 2), options),
      learn: body => projects.push({ id: body.id, name: body.name }),
    };
  },

  'edit settings': ({ server, owner, root, projects }, target, variant) => {
    const project = pick(projects, target);
    const edits: object[] = [
      { name: 'Renamed' },
      { name: 'Renamed again' },
      {},
      { purpose: 'Test', name: 'Both' },
    ];
    const body = { ...pick(edits, variant), ...(variant % 3 ? { confirm: true } : {}) };
    const auth = pick([owner.auth, root.auth], variant >> 4);
    return {
      // To the name that it has already, nothing is renamed.
      leaves:
        Object.keys(pick(edits, variant)).join() === 'name'
          ? ['project.renamed', 'project.updated']
          : ['project.updated'],
      send: () => server.api.patch(`/v1/projects/${project.id}/settings`, body, { auth }),
      learn: answer => (project.name = answer.name),
    };
  },

  'take an action': ({ server, owner, root, projects }, target, variant) => {
    const project = pick(projects, target);
    const action = pick(['activate', 'suspend', 'verify', 'delete'], variant);
    const confirm = pick([true, project.name, undefined], variant >> 2);
    const auth = pick([owner.auth, root.auth], variant >> 4);
    const leaves = { activate: ['project.activated', 'project.restored'], suspend: ['project.suspended'] };
    const others: Record<string, string[]> = { verify: ['project.verified'], delete: ['project.deleted'] };
    return {
      leaves: { ...leaves, ...others }[action]!,
      send: () =>
        server.api.post(
          `/v1/projects/${project.id}/settings/${action}`,
          { confirm, reason: 'at random' },
          { auth, headers: once(variant >> 5) },
        ),
    };
  },

  'issue a key': ({ server, owner, projects, keys }, target, variant) => {
    const project = pick(projects, target);
    const role_id = pick([ROLE_IDS.administrator, ROLE_IDS.viewer, undefined, 'rol_unknown'], variant >> 2);
    const options = { auth: owner.auth, headers: once(variant) };
    return {
      leaves: ['api_key.created'],
      send: () => server.api.post(`/v1/projects/${project.id}/api-keys`, { name: 'K', role_id }, options),
      learn: body => {
        if (body.secret) keys.push({ project: project.id, id: body.api_key.id, secret: body.secret });
      },
    };
  },

  'change a key': ({ server, owner, keys }, target, variant) => {
    const key = pick(keys, target);
    const [body, ...leaves] = pick<[object, ...string[]]>(
      [
        [{}, 'api_key.updated'],
        [{ name: 'K' }, 'api_key.updated'],
        [{ name: 'L', allowed_ips: [] }, 'api_key.updated'],
        [{ status: 'suspended' }, 'api_key.suspended'],
        [{ status: 'activated' }, 'api_key.activated'],
        [{ status: 'suspended', name: 'M' }, 'api_key.suspended', 'api_key.updated'],
        [{ status: 'revoked' }],
        [{ role_id: 'rol_unknown' }],
      ],
      variant,
    );
    return { leaves, send: () => server.api.patch(keyPath(key), body, { auth: owner.auth }) };
  },

  'regenerate a key': ({ server, owner, keys }, target, variant) => {
    const key = pick(keys, target);
    const body = pick([{}, { grace_period_seconds: 60 }, { grace_period_seconds: -1 }], variant >> 2);
    return {
      leaves: ['api_key.regenerated'],
      send: () =>
        server.api.post(`${keyPath(key)}/regenerate`, body, { auth: owner.auth, headers: once(variant) }),
      learn: answer => {
        if (answer.secret) key.secret = answer.secret;
      },
    };
  },

  'revoke a key': ({ server, owner, keys }, target) => {
    const key = pick(keys, target);
    return {
      leaves: ['api_key.revoked'],
      send: () => server.api.delete(keyPath(key), undefined, { auth: owner.auth }),
    };
  },

  'mutate with a key': ({ server, keys }, target, variant) => {
    const key = pick(keys, target);
    const body = { name: `By key ${variant % 3}` };
    return {
      leaves: ['api_key.updated'],
      send: () => server.api.patch(keyPath(key), body, { auth: basic(key.secret) }),
    };
  },

  'create a webhook endpoint': ({ server, owner, projects, endpoints }, target, variant) => {
    const project = pick(projects, target).id;
    const url = pick(['https://hooks.example.com/', 'https://127.0.0.1/', 'nowhere'], variant >> 2);
    const options = { auth: owner.auth, headers: once(variant) };
    const path = `/v1/projects/${project}/webhook-endpoints`;
    return {
      leaves: ['webhook_endpoint.created'],
      send: () => server.api.post(path, { url, event_types: ['*'] }, options),
      learn: body => endpoints.push({ project, id: body.webhook_endpoint.id }),
    };
  },

  'use a webhook endpoint': ({ server, owner, projects, endpoints }, target, variant) => {
    const { project, id } = endpoints.length
      ? pick(endpoints, target)
      : { project: pick(projects, target).id, id: 'whk_unknown' };
    const path = `/v1/projects/${project}/webhook-endpoints/${id}`;
    const options = { auth: owner.auth, headers: once(variant) };
    const post = (action: string, body: object) => () => server.api.post(`${path}/${action}`, body, options);
    const patch = (body: object) => () => server.api.patch(path, body, { auth: owner.auth });
    const [send, ...leaves] = pick<[() => Promise<Answer>, ...string[]]>(
      [
        [patch({ description: 'Other' }), 'webhook_endpoint.updated'],
        [patch({ status: 'disabled' }), 'webhook_endpoint.updated'],
        [patch({ status: 'enabled', event_types: ['project.*'] }), 'webhook_endpoint.updated'],
        [post('rotate-secret', {}), 'webhook_endpoint.secret_rotated'],
        [post('test', {}), 'webhook.test'],
        [post('recover', { since: '2026-01-01T00:00:00Z' }), 'webhook.recovered'],
        [post('recover', {})],
        [() => server.api.delete(path, undefined, { auth: owner.auth }), 'webhook_endpoint.deleted'],
      ],
      variant >> 2,
    );
    return { leaves, send };
  },

  'create an organization': ({ server, owner, organizations }, _, variant) => {
    const options = { auth: owner.auth, headers: once(variant) };
    return {
      leaves: ['organization.created'],
      send: () => server.api.post('/v1/organizations', { name: pick(['Works', ''], variant >> 2) }, options),
      learn: body => organizations.push(body.id),
    };
  },

  'rename an organization': ({ server, owner, organizations }, target, variant) => {
    const id = pick(organizations, target);
    const body = { name: pick(['Works', 'Factory', ''], variant) };
    return {
      leaves: ['organization.updated'],
      send: () => server.api.patch(`/v1/organizations/${id}`, body, { auth: owner.auth }),
    };
  },

  'change your own account': ({ server, owner }, _, variant) => ({
    leaves: ['user.updated'],
    send: () =>
      server.api.patch('/v1/me', pick([{}, { name: 'Byron' }, { nick: 'x' }], variant), { auth: owner.auth }),
  }),

  'reach for another project': ({ server, owner, foreignProject }, _, variant) => {
    const path = pick(['/settings/suspend', '/api-keys'], variant);
    const body = pick<object>([{ confirm: true }, { name: 'K' }], variant);
    return {
      leaves: [],
      send: () => server.api.post(`/v1/projects/${foreignProject}${path}`, body, { auth: owner.auth }),
    };
  },

  'ask for what is refused': ({ server, owner }) => ({
    leaves: [],
    send: () => server.api.get('/v1/events', { auth: owner.auth }),
  }),

  'read with a key': ({ server, keys }, target) => {
    const key = pick(keys, target);
    return { leaves: [], send: () => server.api.get('/v1/whoami', { auth: basic(key.secret) }) };
  },
};
