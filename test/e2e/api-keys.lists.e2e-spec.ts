import { ApiKeyEntity } from '../../src/modules/api-keys/api-key.entity.js';
import { codeOf } from '../support/answers.js';
import { expectStatus, type Key, type Project, ROLE_IDS, Scene, write } from '../support/scene.js';

const DAY_MS = 86_400_000;
const at = (days: number) => new Date(Date.now() + days * DAY_MS);
const iso = (days: number) => at(days).toISOString();

let scene: Scene;
let project: Project;
let names: Map<string, string>;

beforeAll(async () => {
  scene = await Scene.open();
  project = await scene.project();
  const viewer = await scene.member(project, 'viewer');
  names = new Map();
  const make = async (name: string, body: object = {}, was: Partial<ApiKeyEntity> = {}): Promise<Key> => {
    const key = await scene.key(project, 'member', { name, ...body });
    names.set(key.id, name);
    if (Object.keys(was).length)
      await write(scene.server, db => db.update(ApiKeyEntity, { id: key.id }, was));
    return key;
  };
  await make('fresh');
  await make('100%_Löwe', { role_id: ROLE_IDS.viewer });
  await make('expires in 5', { expires_at: iso(5) });
  await make('expires in 50', { expires_at: iso(50) }, { status: 'suspended' });
  await make('expired', {}, { expires_at: at(-1) });
  await make('stopped and expired', {}, { expires_at: at(-2), status: 'suspended' });
  await make('revoked', {}, { expires_at: at(2), status: 'revoked', created_at: at(-90) });
  await make('stale', {}, { created_at: at(-90), last_used_at: at(-60) });
  await make('never used', {}, { created_at: at(-90) });
  await make('old but used', {}, { created_at: at(-90), last_used_at: at(-1), regenerated_at: at(-7) });
  const own = await scene.api.post(keys(), { name: 'own', member: true }, viewer);
  names.set(expectStatus(201, own).body.api_key.id, 'own');
}, 60_000);
afterAll(() => scene?.close());

const keys = () => `/v1/projects/${project.id}/api-keys`;

/** The names on all pages, which have to agree with the count. */
async function listed(query: Record<string, string>, caller?: { auth: string }): Promise<string[]> {
  const auth = (caller ?? (await scene.owner())).auth;
  const found: string[] = [];
  for (let cursor: string | undefined; ;) {
    const options = { auth, query: { ...query, limit: 2, ...(cursor && { cursor }) } };
    const { body } = expectStatus(200, await scene.api.get(keys(), options));
    found.push(...body.items.map(({ name }: { name: string }) => name));
    if (!body.has_more) {
      expect(body.total_count).toBe(found.length);
      return found;
    }
    cursor = body.next_cursor;
  }
}

it.each([
  [
    {},
    'own,old but used,never used,stale,revoked,stopped and expired,expired,expires in 50,expires in 5,100%_Löwe,fresh',
  ],
  [{ status: 'activated' }, 'own,old but used,never used,stale,expires in 5,100%_Löwe,fresh'],
  [{ status: 'suspended' }, 'expires in 50'],
  [{ status: 'expired' }, 'stopped and expired,expired'],
  [{ status: 'revoked' }, 'revoked'],
  [{ q: 'LOWE' }, '100%_Löwe'],
  [{ q: '%_l' }, '100%_Löwe'],
  [
    { q: '_' },
    'own,old but used,never used,stale,revoked,stopped and expired,expired,expires in 50,expires in 5,100%_Löwe,fresh',
  ],
  [{ q: '%' }, '100%_Löwe'],
  [{ q: 'EXPIRE', status: 'activated' }, 'expires in 5'],
  [{ role_id: ROLE_IDS.viewer }, 'own,100%_Löwe'],
  [{ role_id: ROLE_IDS.member, status: 'expired', q: 'stopped' }, 'stopped and expired'],
  [{ expiring_before: iso(10) }, 'expires in 5'],
  [{ expiring_before: iso(60) }, 'expires in 50,expires in 5'],
  [{ expiring_before: iso(60), status: 'suspended' }, 'expires in 50'],
  [{ expiring_before: iso(60), status: 'expired' }, ''],
  [{ expiring_before: iso(60), status: 'revoked' }, ''],
  [{ unused_since: iso(-30) }, 'never used,stale'],
  [{ unused_since: iso(-30), status: 'revoked' }, 'revoked'],
  [{ unused_since: iso(-30), q: 'NEVER', role_id: ROLE_IDS.member, status: 'activated' }, 'never used'],
  [{ unused_since: iso(-100) }, ''],
  [{ role_id: 'rol_unknown' }, ''],
  [{ member_id: 'mbr_unknown' }, ''],
])('%j finds %s', async (query, expected) => {
  expect((await listed(query as Record<string, string>)).join()).toBe(expected);
});

it('a previews’s last characters find a key, also after it has a new secret', async () => {
  const { auth } = await scene.owner();
  const other = await scene.project();
  const key = await scene.key(other, 'member', { name: 'Preview' });
  const path = `/v1/projects/${other.id}/api-keys`;
  const { secret } = expectStatus(
    200,
    await scene.api.post(`${path}/${key.id}/regenerate`, {}, { auth }),
  ).body;
  const find = async (q: string) => (await scene.api.get(path, { auth, query: { q } })).body.total_count;
  expect(await find(`…${secret.slice(-4).toLowerCase()}`)).toBe(1);
  expect(await find(`…${key.secret.slice(-4)}`)).toBe(0);
  expectStatus(200, await scene.api.patch(`${path}/${key.id}`, { name: 'Renamed' }, { auth }));
  expect([await find('preview'), await find('RENAMED')]).toEqual([0, 1]);
});

it('members without api_keys:read narrow their own keys, and find nobody else’s', async () => {
  const viewer = await scene.someone('active viewer');
  const { items } = (await scene.api.get(keys(), viewer)).body;
  const { member_id } = items[0];
  expect(await listed({}, viewer)).toEqual(['own']);
  expect(await listed({ member_id, status: 'activated', role_id: ROLE_IDS.viewer }, viewer)).toEqual(['own']);
  expect(await listed({ status: 'revoked' }, viewer)).toEqual([]);
  expect(await listed({ member_id: 'mbr_other' }, viewer)).toEqual([]);
  expect(await listed({ member_id })).toEqual(['own']);
});

it.each<Record<string, string>>([
  { status: 'new' },
  { q: 'x'.repeat(201) },
  { expiring_before: 'tomorrow' },
  { unused_since: '2026-02-30T00:00:00Z' },
  { member_id: '' },
  { role_id: 'x'.repeat(41) },
])('%j is 400 and named', async query => {
  const { body } = expectStatus(400, await scene.api.get(keys(), { ...(await scene.owner()), query }));
  expect(body.error.details.errors).toMatchObject([{ param: Object.keys(query)[0] }]);
});

it('a key is as old as its present secret', async () => {
  const { items } = expectStatus(200, await scene.api.get(keys(), await scene.owner())).body;
  const ages = new Map(items.map((key: any) => [key.name, key.age_days]));
  expect(ages.get('stale')).toBe(90);
  expect(ages.get('old but used')).toBe(7);
  expect(ages.get('fresh')).toBe(0);
});

it.each([
  ['api_key.status', { status: 'activated' }],
  ['api_key.role', { role_id: ROLE_IDS.viewer }],
  ['api_key.name', { q: 'fresh' }],
  ['api_key.preview', { q: 'fresh' }],
  ['api_key.expires_at', { expiring_before: iso(1) }],
  ['api_key.last_used_at', { unused_since: iso(-1) }],
])('who may not see %s does not filter by it', async (attribute, query) => {
  const hiding = await scene.project();
  const reader = await scene.member(hiding, 'member');
  const rule = { attribute, hidden_from: [ROLE_IDS.member] };
  const rules = `/v1/projects/${hiding.id}/attribute-visibility`;
  expectStatus(201, await scene.api.post(rules, rule, await scene.owner()));
  const path = `/v1/projects/${hiding.id}/api-keys`;
  expect(codeOf(await scene.api.get(path, { auth: reader.auth, query }))).toEqual([403, 'attribute_hidden']);
  expectStatus(200, await scene.api.get(path, reader));
});
