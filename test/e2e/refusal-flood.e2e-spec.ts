import { rm } from 'node:fs/promises';
import { projectEvents } from '../support/answers.js';
import { freshDirectory, type FreshDatabase } from '../support/lane.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { createProject, signIn, signUp, type Person } from '../support/people.js';
import { startServer, type TestServer } from '../support/server.js';
import { addMember } from '../support/team.js';

let dataDir: string;
let database: FreshDatabase;
let server: TestServer;

const start = () => startServer({ DATA_DIR: dataDir, DATABASE_URL: database.url });

beforeAll(async () => {
  dataDir = await freshDirectory();
  database = await migratedDatabase();
  server = await start();
});
afterAll(async () => {
  await server.stop();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

it('a flood of refusals leaves two entries: the first at once, the others counted by route', async () => {
  const owner = await signUp(server);
  const viewer = await signUp(server);
  const { id } = await createProject(server, owner.auth);
  await addMember(server, id, viewer, 'viewer');
  const denied = (person: Person) => projectEvents(server, person.auth, id, { type: 'access.denied' });

  const paths = [
    ...Array<string>(20).fill(`/v1/projects/${id}/settings`),
    ...Array<string>(15).fill(`/v1/projects/${id}/events`),
  ];
  const answers = await Promise.all(paths.map(path => server.api.get(path, { auth: viewer.auth })));
  expect(new Set(answers.map(answer => answer.status))).toEqual(new Set([403]));
  expect(await denied(owner)).toHaveLength(1);

  // What is counted is written when the minute is over, or the server stops.
  await server.stop();
  server = await start();
  const [counted, first, ...others] = await denied(await signIn(server, owner.user.email, owner.password));
  expect(others).toEqual([]);
  expect(first!.changes).toEqual({ code: { before: null, after: 'permission_denied' } });
  expect(counted).toMatchObject({
    outcome: 'denied',
    actor: { id: viewer.user.id },
    project_id: id,
    reason: '34 further refusals within a minute',
  });
  const refusals: Record<string, number> = counted!.changes.refusals.after;
  expect(Object.values(refusals).reduce((sum, count) => sum + count)).toBe(34);
  expect(Object.keys(refusals).sort()).toEqual([
    'GET /v1/projects/:id/events',
    'GET /v1/projects/:id/settings',
  ]);
});
