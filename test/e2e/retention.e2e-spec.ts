import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import { firstIdAt, newId } from '../../src/kernel/database/ids.js';
import { CheckpointEntity } from '../../src/modules/audit/checkpoint.entity.js';
import { EventEntity } from '../../src/modules/audit/event.entity.js';
import { EventChainEntity } from '../../src/modules/audit/event-chain.entity.js';
import { hashedForm, hashOf } from '../../src/modules/audit/event-hash.js';
import { EventSealer } from '../../src/modules/audit/event-sealer.service.js';
import { InvitationEntity } from '../../src/modules/invitations/invitation.entity.js';
import { DailyPurge } from '../../src/modules/retention/daily-purge.service.js';
import { PurgeRuns } from '../../src/modules/retention/purge-runs.service.js';
import {
  RetentionRoundEntity,
  RetentionRunEntity,
} from '../../src/modules/retention/retention-run.entity.js';
import { RequestRecorder } from '../../src/modules/usage/request-recorder.service.js';
import { codeOf, eventOf, projectEvents, sameAnswer } from '../support/answers.js';
import { Gadgets } from '../support/gadgets.js';
import {
  createKey,
  expectStatus,
  type Key,
  type Person,
  type Project,
  Scene,
  write,
} from '../support/scene.js';

const DAY_MS = 86_400_000;
const DEFAULTS = {
  request_logs_days: 90,
  events_days: null,
  webhook_deliveries_days: 30,
  reports_days: 30,
  deleted_media_days: 30,
  expired_invitations_days: 30,
};

let scene: Scene;
let owner: Person;
let gadgets: Gadgets;

beforeAll(async () => {
  scene = await Scene.open();
  owner = await scene.owner();
  gadgets = Gadgets.addTo(scene.server);
});
afterAll(() => scene?.close());

const the = <T>(type: new (...parameters: never[]) => T): T => scene.server.app.get(type, { strict: false });
const pathOf = ({ id }: { id: string }) => `/v1/projects/${id}/retention`;
const get = async (path: string, by: { auth?: string } = owner) =>
  expectStatus(200, await scene.api.get(path, by)).body;
const put = (project: Project, body: object, by: { auth?: string } = owner) =>
  scene.api.put(pathOf(project), body, by);
const run = (project: Project, body?: object, by: { auth?: string } = owner) =>
  scene.api.post(`${pathOf(project)}/run`, body, by);
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);
const purges = async (project: Project) =>
  projectEvents(scene.server, owner.auth, project.id, { type: 'retention.purged' });

/** Requests with a key so many days ago, as they are recorded. */
async function requests(project: Project, key: Key, days: number, count: number): Promise<void> {
  const recorder = the(RequestRecorder);
  const first = firstIdAt('req', daysAgo(days));
  for (let i = 0; i < count; i++) {
    const id = `${first.slice(0, -6)}${key.id.slice(-3)}${String(i).padStart(3, '0')}`;
    recorder.record({
      ...{ id, requestId: id, projectId: project.id, organizationId: project.organization_id },
      ...{ apiKeyId: key.id, memberId: null, method: 'GET', route: `/v1/${i % 2 ? 'one' : 'other'}` },
      ...{ status: 200, durationMs: 1, ip: null, userAgent: null, errorCode: null },
    });
  }
  await recorder.flush();
}

/** A project with five requests of a hundred days ago and three of forty days ago. */
async function called(): Promise<Project> {
  const project = await scene.project();
  const key = await scene.key(project);
  await requests(project, key, 100, 5);
  await requests(project, key, 40, 3);
  return project;
}

const logged = async (project: Project) => (await get(`/v1/projects/${project.id}/request-logs`)).total_count;

describe('the rules', () => {
  it('are usual at first, and changed in part, each time with an entry', async () => {
    const project = await scene.project();
    expect(await get(pathOf(project))).toEqual(DEFAULTS);
    const changed = await put(project, { reports_days: 7, request_logs_days: null, events_days: 3650 });
    const after = { ...DEFAULTS, reports_days: 7, request_logs_days: null, events_days: 3650 };
    expect(expectStatus(200, changed).body).toEqual(after);
    expect(await get(pathOf(project))).toEqual(after);
    expect(await eventOf(scene.server, scene.root.auth, changed)).toMatchObject({
      type: 'retention.updated',
      project_id: project.id,
      target: { type: 'retention', id: project.id },
      changes: {
        reports_days: { before: 30, after: 7 },
        request_logs_days: { before: 90, after: null },
        events_days: { before: null, after: 3650 },
      },
    });
    expectStatus(200, await put(project, {}));
    expect(await get(pathOf(project))).toEqual(after);
  });

  it('have their bounds', async () => {
    const project = await scene.project();
    for (const wrong of [
      ...[{ request_logs_days: 6 }, { events_days: 89 }, { reports_days: 3651 }, { reports_days: 7.5 }],
      ...[{ reports_days: '30' }, { deliveries_days: 30 }, { reports_days: 30, confirm: 'yes' }],
    ]) {
      expect([wrong, codeOf(await put(project, wrong))]).toEqual([wrong, [400, 'validation_failed']]);
    }
    expect(await get(pathOf(project))).toEqual(DEFAULTS);
  });

  it('are for those with the permission, of their own project', async () => {
    const project = await scene.project();
    const stranger = await scene.stranger();
    const member = await scene.member(project, 'member');
    const viewer = await scene.key(project, 'viewer');
    expect(codeOf(await scene.api.get(pathOf(project)))).toEqual([401, 'missing_api_key']);
    expect(codeOf(await scene.api.get(pathOf(project), viewer))).toEqual([403, 'permission_denied']);
    expect(await get(pathOf(project), member)).toEqual(DEFAULTS);
    for (const answer of [await put(project, {}, member), await run(project, {}, member)])
      expect(codeOf(answer)).toEqual([403, 'permission_denied']);
    const unknown = { id: `prj_${'0'.repeat(26)}` } as Project;
    expect(sameAnswer(await put(project, {}, stranger))).toEqual(
      sameAnswer(await put(unknown, {}, stranger)),
    );
    expect((await run(project, {}, stranger)).status).toBe(404);
  });

  it('are confirmed when something would be kept no longer, and only then', async () => {
    const project = await called();
    const shorter = { request_logs_days: 60, reports_days: 7 };
    const asked = await put(project, shorter);
    expect(codeOf(asked)).toEqual([428, 'confirmation_required']);
    expect(asked.body.error.details).toEqual({
      action: 'update',
      from: DEFAULTS,
      to: { ...DEFAULTS, ...shorter },
      effects: [{ effect: 'request_logs', count: 5 }],
    });
    expectStatus(200, await put(project, { reports_days: 7 }));
    expectStatus(200, await put(project, { request_logs_days: 365 }));
    expectStatus(200, await put(project, { request_logs_days: 110 }));
    expectStatus(200, await put(project, { ...shorter, confirm: true }));
    // Saving deletes nothing.
    expect(await logged(project)).toBe(8);
  });

  it('travel with the configuration', async () => {
    const project = await called();
    expectStatus(200, await put(project, { request_logs_days: 30, events_days: 120, confirm: true }));
    const clone = await scene.api.post(`/v1/projects/${project.id}/clone`, { name: 'Copy' }, owner);
    const copy = expectStatus(201, clone).body;
    expect(await get(pathOf(copy))).toEqual({ ...DEFAULTS, request_logs_days: 30, events_days: 120 });
    expectStatus(200, await put(copy, { request_logs_days: null }));
    expect((await get(`/v1/projects/${copy.id}/drift?against=${project.id}`)).differences).toEqual([
      { path: 'retention.request_logs_days', here: null, there: 30 },
    ]);
    const { effects } = await eventOf(scene.server, scene.root.auth, clone);
    expect(effects.map(({ type }: any) => type)).toEqual(['retention.updated']);
  });
});

it('that a promotion would shorten is among its effects', async () => {
  const sandbox = await scene.project({ purpose: 'Weather' });
  const edits = { billing_owner_email: 'bills@example.com', confirm: true };
  expectStatus(200, await scene.api.patch(`/v1/projects/${sandbox.id}/settings`, edits, owner));
  expectStatus(200, await scene.api.get('/v1/whoami', await scene.key(sandbox)));
  const promote = async () => {
    const path = `/v1/projects/${sandbox.id}/promotion-requests`;
    const { id } = expectStatus(201, await scene.api.post(path, {}, owner)).body;
    expectStatus(200, await scene.api.post(`${path}/${id}/approve`, {}, scene.root));
    return `${path}/${id}/apply`;
  };
  const { project } = expectStatus(201, await scene.api.post(await promote(), { confirm: true }, owner)).body;
  const { api_key } = await createKey(scene.server, owner.auth, project.id);
  await requests(project, { id: api_key.id, secret: '', auth: '' }, 40, 3);
  expectStatus(200, await put(sandbox, { request_logs_days: 30 }));
  const asked = await scene.api.post(await promote(), {}, owner);
  expect(codeOf(asked)).toEqual([428, 'confirmation_required']);
  expect(asked.body.error.details).toMatchObject({
    plan: {
      changes: [{ path: 'retention.request_logs_days', change: 'change', from: 90, to: 30 }],
    },
    effects: [{ effect: 'request_logs', count: 3 }],
  });
});

describe('a run', () => {
  it('says what would go, deletes it once confirmed, and keeps what counts the rest', async () => {
    const project = await called();
    const days = `from=${daysAgo(101).toISOString()}&to=${daysAgo(99).toISOString()}`;
    const usage = `/v1/projects/${project.id}/usage?granularity=day&${days}`;
    const before = (await get(usage)).totals;
    expect(before.requests).toBe(5);
    const asked = await run(project);
    expect(codeOf(asked)).toEqual([428, 'confirmation_required']);
    expect(asked.body.error.details).toEqual({
      action: 'run',
      effects: [{ effect: 'request_logs', count: 5 }],
    });
    const done = await run(project, { confirm: true });
    expect(expectStatus(200, done).body).toEqual({ deleted: { request_logs: 5 } });
    expect(await eventOf(scene.server, scene.root.auth, done)).toMatchObject({
      type: 'retention.purged',
      actor: { id: owner.user.id },
      changes: { request_logs: { before: null, after: 5 } },
    });
    const logs = `/v1/projects/${project.id}/request-logs`;
    expect(await get(logs)).toMatchObject({ total_count: 3 });
    expect((await get(logs)).items).toHaveLength(3);
    expect(await get(`${logs}?${days}`)).toMatchObject({ total_count: 0, items: [] });
    expect(await get(`${logs}?route=/v1/one`)).toMatchObject({ total_count: 1 });
    expect((await get(usage)).totals).toEqual(before);
    expect(expectStatus(200, await run(project, { confirm: true })).body).toEqual({ deleted: {} });
  });

  it('deletes every kind that some module has', async () => {
    const project = await called();
    const invitation = async (days: number, status: InvitationEntity['status'] = 'pending') => {
      const email = `${newId('req').slice(-12)}@people.example`;
      const path = `/v1/projects/${project.id}/invitations`;
      const { id } = expectStatus(201, await scene.api.post(path, { email }, owner)).body;
      const changes = { expires_at: daysAgo(days), status };
      await write(scene.server, manager => manager.update(InvitationEntity, { id }, changes));
    };
    for (const days of [-7, 1, 29, 31, 400]) await invitation(days);
    await invitation(31, 'expired');
    await invitation(400, 'accepted');
    gadgets.deliveries.set(project.id, [daysAgo(31), daysAgo(29), daysAgo(99)]);
    const { deleted } = expectStatus(200, await run(project, { confirm: true })).body;
    expect(deleted).toEqual({ request_logs: 5, webhook_deliveries: 2, expired_invitations: 3 });
    expect(gadgets.deliveries.get(project.id)).toHaveLength(1);
    expect((await get(`/v1/projects/${project.id}/invitations`)).total_count).toBe(4);
  });

  it('has one effect per Idempotency-Key', async () => {
    const project = await called();
    const once = { auth: owner.auth, headers: { 'idempotency-key': 'purge' } };
    const first = await run(project, { confirm: true }, once);
    await requests(project, await scene.key(project), 200, 2);
    const again = await run(project, { confirm: true }, once);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(await logged(project)).toBe(5);
    expect(await purges(project)).toHaveLength(1);
  });

  it('is the only one of its project', async () => {
    const project = await called();
    const answers = await Promise.all([1, 2, 3].map(() => run(project, { confirm: true })));
    const done = answers.filter(({ status }) => status === 200);
    for (const answer of answers.filter(({ status }) => status !== 200))
      expect(codeOf(answer)).toEqual([409, 'invalid_transition']);
    const counts = done.map(({ body }) => body.deleted.request_logs ?? 0);
    expect(counts.reduce((sum: number, count: number) => sum + count, 0)).toBe(5);
    expect(await purges(project)).toHaveLength(done.length);
  });
});

describe('the event log', () => {
  it('is cut at its beginning, and the rest of its chain is verifiable from there', async () => {
    const project = await scene.project();
    await rewrite(project, [200, 150, 120, 95, 91, 89, 20]);
    const total = async () => (await get(`/v1/projects/${project.id}/events`)).total_count;
    expect(await total()).toBe(8);
    const asked = await put(project, { events_days: 100 });
    expect(asked.body.error.details.effects).toEqual([{ effect: 'events', count: 3 }]);
    expectStatus(200, await put(project, { events_days: 100, confirm: true }));
    expect(expectStatus(200, await run(project, { confirm: true })).body).toEqual({ deleted: { events: 3 } });
    expect(await chainOf(project)).toMatchObject({ cut_sequence: 3 });
    // Once more, with the entries of what was just done.
    expectStatus(200, await put(project, { events_days: 90, confirm: true }));
    expect(expectStatus(200, await run(project, { confirm: true })).body).toEqual({ deleted: { events: 2 } });
    await the(EventSealer).sealAll();
    const chain = await chainOf(project);
    expect(chain).toMatchObject({ cut_sequence: 5, last_sequence: 12 });
    let [previous, next] = [chain.cut_hash, chain.cut_sequence + 1];
    for (const event of await entriesOf(project)) {
      expect(event).toMatchObject({ sequence: next, previous_hash: previous });
      expect(hashOf(hashedForm(event, next, previous))).toBe(event.hash);
      [previous, next] = [event.hash!, next + 1];
    }
    expect(previous).toBe(chain.last_hash);
    const verified = await get(`/v1/projects/${project.id}/events/verify`);
    // The cut is vouched for by the checkpoints that were signed when it was made.
    expect(verified).toMatchObject({
      valid: true,
      checked: 7,
      checkpoints: { checked: 2, newest: { sequence: 5 } },
    });
    await write(scene.server, manager => manager.delete(CheckpointEntity, { log: project.id, sequence: 5 }));
    expect(await get(`/v1/projects/${project.id}/events/verify`)).toMatchObject({
      valid: false,
      first_bad: { sequence: 1, reason: 'missing' },
    });
  });
});

describe('the daily job', () => {
  const today = () => new Date().toISOString().slice(0, 10);
  const goOn = () => the(DailyPurge).goOn();

  /** Takes on all projects that today's round has not come to. */
  async function finishRound(): Promise<void> {
    while ((await goOn()) > 0);
  }

  const beginRound = () =>
    write(scene.server, manager =>
      manager.upsert(RetentionRoundEntity, { id: 'daily', day: '2000-01-01', after: 'prj_zzz' }, ['id']),
    );

  it('purges every project once a day, with one entry where something went', async () => {
    await beginRound();
    const [due, other, idle] = [await called(), await called(), await scene.project()];
    await finishRound();
    for (const project of [due, other]) {
      expect(await logged(project)).toBe(3);
      const [event, ...more] = await purges(project);
      expect(more).toEqual([]);
      expect(event).toMatchObject({
        actor: { type: 'system', name: 'job:retention.purge' },
        changes: { request_logs: { before: null, after: 5 } },
      });
    }
    expect(await purges(idle)).toEqual([]);
    await requests(due, await scene.key(due), 200, 2);
    await finishRound();
    expect(await logged(due)).toBe(5);
    await beginRound();
    await finishRound();
    expect(await logged(due)).toBe(3);
    const round = await read(manager => manager.findOneByOrFail(RetentionRoundEntity, { id: 'daily' }));
    expect(round.day).toBe(today());
  });

  it('does so once, however many processes there are', async () => {
    await beginRound();
    const projects = [await called(), await called(), await called()];
    await Promise.all([finishRound(), finishRound(), finishRound()]);
    for (const project of projects) expect(await purges(project)).toHaveLength(1);
  });

  it('finishes a run that was broken off, and counts what was deleted before', async () => {
    const project = await called();
    const ctx = RequestContext.system('test', newId('req'));
    const runs = the(PurgeRuns);
    const taken = (await runs.take(ctx, project.id, 'killed'))!;
    // Nothing was done in time; then a batch was, and the process died.
    expect(await runs.work(ctx, taken, new Date(0))).toMatchObject({ complete: false });
    await write(scene.server, manager =>
      manager.update(RetentionRunEntity, { project_id: project.id }, { deleted: { request_logs: 7 } }),
    );
    expect(codeOf(await run(project, { confirm: true }))).toEqual([409, 'invalid_transition']);
    await goOn();
    expect(await purges(project)).toEqual([]);
    await write(scene.server, manager =>
      manager.update(RetentionRunEntity, { project_id: project.id }, { lease_until: daysAgo(1) }),
    );
    await goOn();
    expect(await logged(project)).toBe(3);
    const events = await purges(project);
    expect(events.map(({ changes }) => changes.request_logs.after)).toEqual([12]);
    expect(await read(manager => manager.findBy(RetentionRunEntity, {}))).toEqual([]);
  });
});

type Manager = ReturnType<Database['read']>;

function read<T>(work: (manager: Manager) => Promise<T>): Promise<T> {
  return work(scene.server.app.get(Database).read(RequestContext.reading('test')));
}

const entriesOf = async ({ id }: Project): Promise<EventEntity[]> => {
  const rows = await read(manager =>
    manager.find(EventEntity, { where: { project_id: id }, order: { sequence: 'ASC' } }),
  );
  return rows.map(row => ({ ...row, sequence: Number(row.sequence) }));
};

const chainOf = async ({ id }: Project): Promise<EventChainEntity> => {
  const chain = await read(manager => manager.findOneByOrFail(EventChainEntity, { log: id }));
  const { cut_sequence, last_sequence } = chain;
  return { ...chain, cut_sequence: Number(cut_sequence), last_sequence: Number(last_sequence) };
};

/** Lets the log of a project begin with entries of so many days ago, before those that it has. */
async function rewrite(project: Project, days: number[]): Promise<void> {
  const [model] = await entriesOf(project);
  const unsealed = { sequence: null, previous_hash: null, hash: null };
  await write(scene.server, async manager => {
    await manager.delete(EventChainEntity, { log: project.id });
    await manager.update(EventEntity, { project_id: project.id }, unsealed);
    for (const age of days) {
      const id = `${firstIdAt('evt', daysAgo(age)).slice(0, -10)}${project.id.slice(-10)}`;
      await manager.insert(EventEntity, { ...model!, ...unsealed, id, created_at: daysAgo(age) });
    }
  });
  await the(EventSealer).sealAll();
}
