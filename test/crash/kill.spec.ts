import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { LoggedEvent } from '../support/answers.js';
import { type FreshDatabase, freshDirectory } from '../support/lane.js';
import { readMails, tokenIn, waitForMail } from '../support/mail.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { onDatabase } from '../support/open-database.js';
import { admin, expectStatus, PASSWORD, type Person, signUp } from '../support/scene.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { waitFor } from '../support/wait-for.js';
import { type Attempt, MutatingClient } from './mutation-stream.js';

const ROUNDS = 3;
const CLIENTS = 8;
/** What Redis or a process lost is found by a sweep, every 10 s. */
const MAIL_DEADLINE_MS = 60_000;

let dataDir: string;
let database: FreshDatabase;
let server: ServerProcess;
let root: Person;
let owner: Person;
let attempts: Attempt[];
/** The whole event log, oldest first. */
let events: LoggedEvent[];

const start = () => startServerProcess({ DATA_DIR: dataDir, DATABASE_URL: database.url });

/** Lets clients mutate until some writes are acknowledged, and kills the server under them. */
async function mutateUntilKilled(clients: MutatingClient[]): Promise<void> {
  let left = randomInt(20, 60);
  let enough: () => void;
  const reached = new Promise<void>(resolve => (enough = resolve));
  const running = Promise.all(clients.map(client => client.run(server, () => --left === 0 && enough())));
  await Promise.race([reached, running]);
  await server.kill();
  await running;
  await endLeases();
}

/** Jobs that were running stay with the dead process for 20 s, which is tested elsewhere: here they are free at once. */
async function endLeases(): Promise<void> {
  const sql = 'UPDATE outbox SET lease_until = ? WHERE lease_until IS NOT NULL';
  await onDatabase(database.url, source => source.query(sql, ['2000-01-01 00:00:00.000']));
}

async function allPages<T>(path: string, auth: string, limit: number): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: Record<string, string | number> = cursor ? { limit, cursor } : { limit };
    const { body } = expectStatus(200, await server.api.get(path, { auth, query }));
    items.push(...body.items);
    cursor = body.next_cursor;
  }
  return items;
}

const acknowledged = (kind?: Attempt['kind']) =>
  attempts.filter(attempt => attempt.answer !== null && (!kind || attempt.kind === kind));
const unanswered = () => attempts.filter(attempt => attempt.answer === null);

beforeAll(async () => {
  dataDir = await freshDirectory();
  database = await migratedDatabase();
  server = await start();
  root = await admin(server);
  owner = await signUp(server);
  const clients = Array.from({ length: CLIENTS }, () => new MutatingClient(owner));
  for (let round = 0; round < ROUNDS; round++) {
    await mutateUntilKilled(clients);
    server = await start();
  }
  attempts = clients.flatMap(client => client.attempts);
  events = (await allPages<LoggedEvent>('/v1/events', root.auth, 500)).reverse();
}, 240_000);

afterAll(async () => {
  await server?.kill();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

it('the server was killed under way', () => {
  expect(acknowledged().length).toBeGreaterThan(ROUNDS * 20 - 1);
  expect(unanswered().length).toBeGreaterThan(0);
});

it('every acknowledged write is there, with its one event', async () => {
  for (const { kind, mark, project, answer } of acknowledged()) {
    const request = answer!.headers.get('x-request-id');
    const left = events.filter(event => event.request_id === request);
    expect([kind, mark, left.map(event => event.type)]).toEqual([kind, mark, [kind]]);
    if (project) expect(left[0]!.project_id).toBe(project);
  }
  for (const { answer } of acknowledged('project.created')) {
    expectStatus(200, await server.api.get(`/v1/projects/${answer!.body.id}`, { auth: owner.auth }));
  }
  for (const { answer, project } of acknowledged('api_key.created')) {
    const path = `/v1/projects/${project}/api-keys/${answer!.body.api_key.id}`;
    expect((await server.api.get(path, { auth: owner.auth })).body.name).toBe(answer!.body.api_key.name);
  }
  for (const { project } of acknowledged('project.suspended')) {
    const record = await server.api.get(`/v1/projects/${project}`, { auth: owner.auth });
    expect(record.body.project.status).toBe('suspended');
  }
});

it('what is there tells the same as the event log, and nothing is half there', async () => {
  const created = events.filter(event => event.type === 'project.created');
  const projects = await allPages<any>('/v1/projects', root.auth, 100);
  expect(projects.map(project => project.id).sort()).toEqual(created.map(event => event.project_id).sort());
  for (const project of projects) {
    const own = events.filter(event => event.project_id === project.id);
    const name = own.findLast(event => event.changes.name && event.target.type === 'project')!.changes.name
      .after;
    const status = own.findLast(event => event.changes.status && event.target.type === 'project');
    expect(project).toMatchObject({ name, status: status?.changes.status.after ?? 'new', team_size: 1 });
    const keys = await allPages<any>(`/v1/projects/${project.id}/api-keys`, root.auth, 100);
    const issued = own.filter(event => event.type === 'api_key.created');
    expect(keys.map(key => key.id).sort()).toEqual(issued.map(event => event.target.id).sort());
  }
});

it('repeating a request whose answer was lost has one effect, of one whose answer came has none', async () => {
  const repeatable = (attempt: Attempt) =>
    attempt.kind !== 'user.created' && attempt.kind !== 'project.renamed';
  for (const attempt of acknowledged().filter(repeatable)) {
    // A suspended project takes no keys, and that comes before any replay.
    const again = await attempt.send(server);
    if (again.status === 403 && attempt.kind === 'api_key.created') continue;
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([
      attempt.answer!.status,
      'true',
    ]);
    const { secret, ...shown } = attempt.answer!.body;
    expect(again.body).toEqual(secret === undefined ? attempt.answer!.body : shown);
  }
  for (const attempt of unanswered().filter(({ kind }) => kind === 'project.created')) {
    const { body } = expectStatus(201, await attempt.send(server));
    expect(expectStatus(201, await attempt.send(server)).body).toEqual(body);
    const found = await server.api.get('/v1/projects', { auth: root.auth, query: { q: attempt.mark } });
    expect(found.body.items.map((item: any) => item.id)).toEqual([body.id]);
  }
});

it('the mail of every project that was created arrives, once', async () => {
  const names = [...acknowledged(), ...unanswered()]
    .filter(({ kind }) => kind === 'project.created')
    .map(({ mark }) => mark);
  await waitFor(
    'the welcome mails',
    async () => {
      const subjects = (await readMails(dataDir)).map(mail => mail.subject ?? '');
      return names.every(name => subjects.some(subject => subject.includes(name)));
    },
    MAIL_DEADLINE_MS,
  );
  const subjects = (await readMails(dataDir)).map(mail => mail.subject ?? '');
  for (const name of names) expect(subjects.filter(subject => subject.includes(name))).toHaveLength(1);
}, 120_000);

it('every registration is whole: its mail arrives, and its link activates the account', async () => {
  const lost = unanswered().filter(({ kind }) => kind === 'user.created');
  for (const attempt of lost) {
    // Either it was done or it was not; after this one it is.
    expect([201, 409]).toContain((await attempt.send(server)).status);
  }
  for (const { mark } of [...acknowledged('user.created'), ...lost]) {
    const mail = await waitForMail(server, mark, 'activate', /./, MAIL_DEADLINE_MS);
    expectStatus(
      200,
      await server.api.post('/v1/users/activate', { token: tokenIn(mail, 'activate'), password: PASSWORD }),
    );
  }
}, 120_000);
