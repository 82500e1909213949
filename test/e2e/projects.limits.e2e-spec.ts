import { newId } from '../../src/kernel/database/ids.js';
import { AlertThresholdEntity } from '../../src/modules/alerts/alert-threshold.entity.js';
import { ApiKeyEntity } from '../../src/modules/api-keys/api-key.entity.js';
import { RoleEntity } from '../../src/modules/roles/role.entity.js';
import { SYSTEM_ROLES } from '../../src/modules/roles/system-roles.js';
import { VisibilityRuleEntity } from '../../src/modules/roles/visibility-rule.entity.js';
import { basic } from '../support/client.js';
import { createKey, createProject, expectStatus, PASSWORD, type Person, signUp } from '../support/scene.js';
import { write } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let owner: Person;
let projectId: string;

beforeAll(async () => {
  server = await startServer();
  owner = await signUp(server);
  projectId = (await createProject(server, owner.auth)).id;
});
afterAll(() => server.stop());

const created_at = new Date();
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
type Manager = Parameters<Parameters<typeof write>[1]>[0];

it.each<[string, number, (db: Manager) => Promise<unknown>, (n: number) => object]>([
  [
    'roles',
    100,
    db =>
      db.insert(
        RoleEntity,
        numbers(99).map(n => ({
          ...{ id: newId('rol'), project_id: projectId, permissions: [], created_at },
          ...{ name: `filler ${n}`, name_key: `filler ${n}` },
        })),
      ),
    n => ({ name: `More ${n}`, permissions: [] }),
  ],
  [
    'attribute-visibility',
    200,
    db =>
      db.insert(
        VisibilityRuleEntity,
        numbers(199).map(n => ({
          ...{ id: newId('avr'), project_id: projectId, attribute: `filler.${n}`, created_at },
        })),
      ),
    n => ({
      attribute: ['api_key.last_used_ip', 'api_key.allowed_ips'][n],
      hidden_from: [SYSTEM_ROLES.viewer.id],
    }),
  ],
  [
    'alert-thresholds',
    100,
    db =>
      db.insert(
        AlertThresholdEntity,
        numbers(99).map(() => ({
          ...{ id: newId('alr'), project_id: projectId, metric: 'requests' as const, operator: '>' as const },
          ...{ value: 1e9, window: '5m' as const, channels: ['email' as const], state: 'ok' as const },
          ...{ last_fired_at: null, created_at },
        })),
      ),
    n => ({ metric: 'requests', operator: '>', value: 1e9 + n, window: '5m' }),
  ],
  [
    'api-keys',
    1_000,
    db =>
      db.insert(
        ApiKeyEntity,
        numbers(999).map(n => ({
          ...{ id: newId('key'), project_id: projectId, member_id: null, role_id: SYSTEM_ROLES.viewer.id },
          ...{ name: 'Filler', status: 'activated' as const, preview: 'bw_test_…0000' },
          ...{ secret_hash: String(n).padStart(43, '0'), allowed_ips: [], allowed_domains: [] },
          ...{ created_by: owner.user.id, created_at },
        })),
      ),
    n => ({ name: `Key ${n}` }),
  ],
])('a project has so many %s and no more, also when two come at once', async (path, limit, fill, body) => {
  await write(server, fill);
  const url = `/v1/projects/${projectId}/${path}`;
  const answers = await Promise.all([0, 1].map(n => server.api.post(url, body(n), { auth: owner.auth })));
  const [made, refused] = answers.sort((one, other) => one.status - other.status);
  expectStatus(201, made!);
  expect(expectStatus(409, refused!).body.error).toMatchObject({
    code: 'limit_reached',
    type: 'conflict',
    details: { limit },
  });
});

it('an API key registers nobody', async () => {
  const other = await createProject(server, owner.auth);
  const { secret } = await createKey(server, owner.auth, other.id);
  const body = { email: 'by-key@people.example', password: PASSWORD, first_name: 'Ada', name: 'Lovelace' };
  const refused = expectStatus(403, await server.api.post('/v1/users', body, { auth: basic(secret) }));
  expect(refused.body.error.code).toBe('session_required');
  expectStatus(201, await server.api.post('/v1/users', body));
});
