import { RequestContext } from '../../src/kernel/context/request-context.js';
import { newId } from '../../src/kernel/database/ids.js';
import { BlobStorage } from '../../src/kernel/storage/blob-storage.js';
import { ReportEntity } from '../../src/modules/reports/report.entity.js';
import { ReportFiles } from '../../src/modules/reports/report-files.service.js';
import { UserEntity } from '../../src/modules/users/user.entity.js';
import { codeOf, eventOf, eventsOf, projectEvents, sameAnswer } from '../support/answers.js';
import { waitForMail } from '../support/mail.js';
import { downloaded, reportsOf, settled, written } from '../support/reports.js';
import { expectStatus, type Person, type Project, ROLE_IDS, Scene, write } from '../support/scene.js';
import { sha256 } from '../support/uploads.js';
import { waitFor } from '../support/wait-for.js';

let scene: Scene;
let owner: Person;
beforeAll(async () => {
  scene = await Scene.open();
  owner = await scene.owner();
});
afterAll(() => scene?.close());

const asked = (project: Project, body: object, caller: { auth: string } = owner, headers = {}) =>
  scene.api.post(reportsOf(project), body, { auth: caller.auth, headers });
const made = (project: Project, body: object, caller: { auth: string } = owner) =>
  written(scene.api, project, caller, body);
const file = (project: Project, id: string, caller: { auth: string } = owner, headers = {}) =>
  downloaded(scene.server.url, project, caller, id, headers);
const fetched = (project: Project, id: string, caller: { auth: string }) =>
  scene.api.get(reportsOf(project, id, '/download'), { auth: caller.auth });
const hide = (project: Project, attribute: string, ...hidden_from: string[]) =>
  scene.api.post(`/v1/projects/${project.id}/attribute-visibility`, { attribute, hidden_from }, owner);
const change = (id: string, changes: Partial<ReportEntity>) =>
  write(scene.server, manager => manager.update(ReportEntity, { id }, changes));
const stored = async (): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of scene.server.app.get(BlobStorage).list('reports')) keys.push(key);
  return keys;
};
const lines = ({ bytes }: { bytes: Buffer }) =>
  bytes
    .toString()
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
const CSV = { kind: 'team', format: 'csv' };
const DAY_MS = 24 * 60 * 60 * 1000;

describe('requesting', () => {
  it('is answered at once and leaves one event; what it asked for is written, mailed, and logged', async () => {
    const project = await scene.project({ name: 'Tides' });
    const answer = await asked(project, { kind: 'team', format: 'jsonl' });
    const report = expectStatus(202, answer).body;
    expect(report).toEqual({
      id: expect.stringMatching(/^rpt_[0-9a-z]{26}$/),
      kind: 'team',
      format: 'jsonl',
      bom: false,
      from: null,
      to: null,
      status: 'queued',
      progress: 0,
      rows: null,
      bytes: null,
      sha256: null,
      error: null,
      requested_by: owner.user.id,
      created_at: expect.any(String),
      finished_at: null,
      expires_at: new Date(Date.parse(report.created_at) + 30 * DAY_MS).toISOString(),
    });
    expect(await eventOf(scene.server, scene.root.auth, answer)).toMatchObject({
      type: 'report.requested',
      project_id: project.id,
      actor: { id: owner.user.id },
      target: { type: 'report', id: report.id, name: 'team.jsonl' },
    });
    const ready = await settled(scene.api, project, owner, report.id);
    expect(ready).toMatchObject({ status: 'ready', progress: 1, rows: 1, finished_at: expect.any(String) });
    const { status, headers, bytes } = await file(project, report.id);
    expect(status).toBe(200);
    expect([bytes.length, sha256(bytes)]).toEqual([ready.bytes, ready.sha256]);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-length': String(ready.bytes),
      'content-disposition': `attachment; filename=team-${report.created_at.slice(0, 10)}.jsonl`,
      etag: `"${ready.sha256}"`,
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
    });
    const list = expectStatus(200, await scene.api.get(`/v1/projects/${project.id}/members`, owner)).body;
    expect(lines({ bytes })).toEqual(list.items);
    const mail = await waitForMail(
      scene.server,
      owner.user.email,
      null,
      /report team\.jsonl of Tides is ready/,
    );
    expect(mail.text).toContain(report.id);
    const [done] = await projectEvents(scene.server, owner.auth, project.id, { type: 'report.ready' });
    expect(done).toMatchObject({
      actor: { type: 'system' },
      target: { id: report.id },
      changes: { rows: { before: null, after: 1 } },
    });
  });

  it('is for those with reports:write and what the kind takes, in their own project', async () => {
    const project = await scene.project();
    const events = { kind: 'events', format: 'csv' };
    for (const caller of [await scene.member(project, 'viewer'), await scene.key(project, 'viewer')])
      expect(codeOf(await asked(project, CSV, caller))).toEqual([403, 'permission_denied']);
    for (const caller of [await scene.member(project, 'member'), await scene.key(project, 'member')]) {
      const refused = await asked(project, events, caller);
      expect(codeOf(refused)).toEqual([403, 'permission_denied']);
      expect(refused.body.error.details).toEqual({ permission: 'audit:read' });
      expectStatus(202, await asked(project, CSV, caller));
    }
    expect(codeOf(await scene.api.post(reportsOf(project), CSV))).toEqual([401, 'missing_api_key']);
    expect(codeOf(await asked(project, CSV, await scene.stranger()))).toEqual([404, 'not_found']);
    expectStatus(202, await asked(project, events, scene.root));
  });

  it('refuses what is no report', async () => {
    const project = await scene.project();
    const refused = async (body: object, param: string) => {
      const answer = await asked(project, body);
      expect(codeOf(answer)).toEqual([400, 'validation_failed']);
      expect(answer.body.error.details.errors[0].param).toBe(param);
    };
    await refused({ format: 'csv' }, 'kind');
    await refused({ kind: 'team' }, 'format');
    await refused({ kind: 'everything', format: 'csv' }, 'kind');
    await refused({ kind: 'team', format: 'xlsx' }, 'format');
    await refused({ ...CSV, from: 'yesterday' }, 'from');
    await refused(
      { ...CSV, kind: 'usage', from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
      'from',
    );
    await refused({ kind: 'team', format: 'json', bom: true }, 'bom');
    await refused({ ...CSV, hidden: [] }, 'hidden');
    expect((await scene.api.get(reportsOf(project), owner)).body).toMatchObject({
      items: [],
      total_count: 0,
    });
  });

  it('has one effect under an Idempotency-Key', async () => {
    const project = await scene.project();
    const key = { 'idempotency-key': 'once' };
    const first = expectStatus(202, await asked(project, CSV, owner, key));
    const second = expectStatus(202, await asked(project, CSV, owner, key));
    expect(second.body).toEqual(first.body);
    expect((await scene.api.get(reportsOf(project), owner)).body.total_count).toBe(1);
  });

  it('stops at ten that wait', async () => {
    const project = await scene.project();
    const row = (await rowOf(project)) as ReportEntity;
    await write(scene.server, manager =>
      manager.insert(
        ReportEntity,
        Array.from({ length: 10 }, () => ({ ...row, id: newId('rpt') })),
      ),
    );
    const refused = await asked(project, CSV);
    expect(codeOf(refused)).toEqual([409, 'limit_reached']);
    expect(refused.body.error.details).toEqual({ limit: 10 });
  });
});

/** A row as of a report that nobody works on. */
async function rowOf(project: Project) {
  const { id } = await made(project, CSV);
  const row = await scene.server.app
    .get<any>(ReportFiles, { strict: false })
    .reports.findAnywhere(SYSTEM, id);
  return {
    ...row,
    ...{ status: 'queued', stored: false, run: 0 },
    ...{ rows: null, bytes: null, sha256: null, finished_at: null },
  };
}
const SYSTEM = RequestContext.reading('test');

describe('the history', () => {
  it('lists newest first, and shows other projects nothing', async () => {
    const [project, other] = [await scene.project(), await scene.project()];
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift((await made(project, CSV)).id);
    const page = expectStatus(
      200,
      await scene.api.get(reportsOf(project), { ...owner, query: { limit: 2 } }),
    ).body;
    expect(page).toMatchObject({ total_count: 3, has_more: true });
    const rest = await scene.api.get(reportsOf(project), { ...owner, query: { cursor: page.next_cursor } });
    expect([...page.items, ...rest.body.items].map(({ id }) => id)).toEqual(ids);
    const unknown = newId('rpt');
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/download'],
      ['DELETE', ''],
    ] as const) {
      const foreign = await scene.api.request(method, reportsOf(other, ids[0], path), undefined, owner);
      const none = await scene.api.request(method, reportsOf(other, unknown, path), undefined, owner);
      expect(codeOf(foreign)).toEqual([404, 'not_found']);
      expect(sameAnswer(foreign)).toEqual(sameAnswer(none));
    }
    const lookup = await scene.api.get(`/v1/lookup/${ids[0]}`, owner);
    expect(lookup.body).toMatchObject({ object: 'report', name: 'team.csv', project_id: project.id });
  });
});

describe('files', () => {
  it('CSV is quoted after RFC 4180, runs nothing in a spreadsheet, and has a BOM on request', async () => {
    const project = await scene.project();
    const names = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', 'a "b", c', 'two\nlines', 'Größe 🦊'];
    for (const name of names) {
      const person = await scene.someone(name);
      await write(scene.server, manager =>
        manager.update(UserEntity, { id: person.user.id }, { first_name: name, name: 'X' }),
      );
      await scene.member(project, 'viewer', { person });
    }
    const { id } = await made(project, { ...CSV, bom: true });
    const { headers, bytes } = await file(project, id);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const [header, ...records] = recordsOf(bytes.subarray(3).toString());
    expect(header).toEqual(
      [
        'id user_id name email status role.id role.name owner',
        'last_sign_in.at last_sign_in.device last_sign_in.location added_at',
      ].flatMap(some => some.split(' ')),
    );
    const shown = records.map(record => record[2]);
    for (const name of names) expect(shown).toContain(`${/^[=+\-@\t]/.test(name) ? "'" : ''}${name} X`);
    expect(records.find(record => record[2] === 'Ada Lovelace')!.slice(3, 8)).toEqual([
      ...[owner.user.email, 'active', ROLE_IDS.administrator, 'administrator', 'true'],
    ]);
    const plain = await made(project, CSV);
    expect((await file(project, plain.id)).bytes.equals(bytes.subarray(3))).toBe(true);
  });

  it('JSON is one array, also when it is empty', async () => {
    const project = await scene.project();
    const members = await made(project, { kind: 'team', format: 'json' });
    const { headers, bytes } = await file(project, members.id);
    expect(headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(bytes.toString())).toMatchObject([{ email: owner.user.email }]);
    const none = await made(project, { kind: 'usage', format: 'json' });
    expect(none.rows).toBe(0);
    expect(JSON.parse((await file(project, none.id)).bytes.toString())).toEqual([]);
    const empty = await made(project, { kind: 'usage', format: 'jsonl' });
    expect(await file(project, empty.id)).toMatchObject({ status: 200, bytes: Buffer.alloc(0) });
  });

  it('come whole or in part, to those who have another version or none', async () => {
    const project = await scene.project();
    const { id, sha256: hash } = await made(project, { kind: 'team', format: 'json' });
    const whole = (await file(project, id)).bytes;
    const etag = `"${hash}"`;
    const part = await file(project, id, owner, { range: 'bytes=2-5' });
    expect([part.status, part.bytes]).toEqual([206, whole.subarray(2, 6)]);
    expect(part.headers.get('content-range')).toBe(`bytes 2-5/${whole.length}`);
    expect((await file(project, id, owner, { range: 'bytes=-3', 'if-range': etag })).bytes).toEqual(
      whole.subarray(-3),
    );
    expect(await file(project, id, owner, { range: 'bytes=2-5', 'if-range': '"other"' })).toMatchObject({
      status: 200,
      bytes: whole,
    });
    expect((await file(project, id, owner, { 'if-none-match': etag })).status).toBe(304);
    expect((await file(project, id, owner, { range: `bytes=${whole.length}-` })).status).toBe(416);
    const head = await scene.api.request('HEAD', reportsOf(project, id, '/download'), undefined, owner);
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(whole.length)]);
    // One for each answer with bytes.
    const events = await projectEvents(scene.server, owner.auth, project.id, { type: 'report.downloaded' });
    expect(events).toHaveLength(4);
    expect(events[0]).toMatchObject({ actor: { id: owner.user.id }, target: { type: 'report', id } });
  });

  it('are not there before they are written, nor after they were deleted', async () => {
    const project = await scene.project();
    const { id } = await made(project, CSV);
    for (const status of ['queued', 'running', 'failed'] as const) {
      await change(id, { status });
      const answer = await fetched(project, id, owner);
      expect(codeOf(answer)).toEqual([409, 'report_not_ready']);
      expect(answer.body.error.details).toEqual({ status });
    }
    await change(id, { status: 'ready' });
    expect((await stored()).filter(key => key.includes(id))).toHaveLength(1);
    const member = await scene.member(project, 'viewer');
    expect(codeOf(await scene.api.delete(reportsOf(project, id), undefined, member))).toEqual([
      403,
      'permission_denied',
    ]);
    const deleted = await scene.api.delete(reportsOf(project, id), undefined, owner);
    expect(expectStatus(200, deleted).body).toEqual({ id, deleted: true });
    expect(await eventOf(scene.server, scene.root.auth, deleted)).toMatchObject({
      type: 'report.deleted',
      target: { id, name: 'team.csv' },
    });
    for (const path of ['', '/download'])
      expect(codeOf(await scene.api.get(reportsOf(project, id, path), owner))).toEqual([404, 'not_found']);
    await waitFor('the bytes to be gone', async () => !(await stored()).some(key => key.includes(id)));
  });

  it('expire with retention, and stay in the history', async () => {
    const project = await scene.project();
    const old = await made(project, CSV);
    const young = await made(project, CSV);
    await change(old.id, { created_at: new Date(Date.now() - 31 * DAY_MS) });
    const shown = async (id: string) => (await scene.api.get(reportsOf(project, id), owner)).body;
    expect(await shown(old.id)).toMatchObject({ status: 'expired', rows: 1, sha256: old.sha256 });
    expect(codeOf(await fetched(project, old.id, owner))).toEqual([410, 'report_expired']);
    const files = scene.server.app.get(ReportFiles, { strict: false });
    const ctx = () => RequestContext.system('test', newId('req'));
    const before = new Date(Date.now() - 30 * DAY_MS);
    expect(await files.count(ctx(), project.id, before)).toBe(1);
    expect(await files.deleteBatch(ctx(), project.id, before, 10)).toBe(1);
    expect(await files.deleteBatch(ctx(), project.id, before, 10)).toBe(0);
    expect((await stored()).some(key => key.includes(old.id))).toBe(false);
    expect(codeOf(await fetched(project, old.id, owner))).toEqual([410, 'report_expired']);
    expect(await shown(young.id)).toMatchObject({ status: 'ready' });
    const list = (await scene.api.get(reportsOf(project), owner)).body;
    expect(list.items.map(({ status }: any) => status)).toEqual(['ready', 'expired']);
  });
});

describe('visibility', () => {
  it('hides in the file what is hidden from the requester, and nobody downloads what is hidden from them', async () => {
    const project = await scene.project();
    const member = await scene.member(project, 'member');
    expectStatus(201, await hide(project, 'member.email', ROLE_IDS.member));
    expectStatus(201, await hide(project, 'member.last_sign_in', ROLE_IDS.member));
    const own = await made(project, { kind: 'team', format: 'csv' }, member);
    const [, ...records] = recordsOf((await file(project, own.id, member)).bytes.toString());
    for (const record of records) {
      expect(record[3]).toBe('[REDACTED]');
      expect(record.slice(8, 11)).toEqual(['[REDACTED]', '[REDACTED]', '[REDACTED]']);
    }
    // Those from whom nothing is hidden may have it, too.
    expect((await file(project, own.id)).status).toBe(200);
    const whole = await made(project, { kind: 'team', format: 'csv' });
    expect(codeOf(await fetched(project, whole.id, member))).toEqual([403, 'permission_denied']);
    const seen = (await scene.api.get(reportsOf(project, whole.id), member)).body;
    expect(seen).toMatchObject({ sha256: '[REDACTED]', bytes: whole.bytes });
    // What hides nothing that the file shows is no obstacle.
    const usage = await made(project, { kind: 'usage', format: 'csv' });
    expect((await file(project, usage.id, member)).status).toBe(200);
    // A rule that came later counts as well.
    expectStatus(201, await hide(project, 'member.name', ROLE_IDS.member));
    expect(codeOf(await fetched(project, own.id, member))).toEqual([403, 'permission_denied']);
  });

  it('goes by the role that the requester has when it is written', async () => {
    const project = await scene.project();
    const person = await scene.person();
    const { memberId } = await scene.member(project, 'member', { person });
    const row = await rowOf(project);
    const gone = { ...row, id: newId('rpt'), requested_by: person.user.id };
    await write(scene.server, manager => manager.insert(ReportEntity, gone as ReportEntity));
    const path = `/v1/projects/${project.id}/members/${memberId}`;
    expectStatus(200, await scene.api.post(`${path}/suspend`, undefined, owner));
    const job = { name: 'reports.write' };
    await schedule(job.name, gone.id);
    const failed = await settled(scene.api, project, owner, gone.id);
    expect(failed).toMatchObject({
      status: 'failed',
      error: 'Whoever requested it may not read this any more.',
      bytes: null,
      expires_at: null,
    });
    expect(codeOf(await fetched(project, gone.id, owner))).toEqual([409, 'report_not_ready']);
  });

  it('takes the permission of the kind again', async () => {
    const project = await scene.project();
    const events = await made(project, { kind: 'events', format: 'jsonl' });
    const member = await scene.member(project, 'member');
    const refused = await fetched(project, events.id, member);
    expect(codeOf(refused)).toEqual([403, 'permission_denied']);
    expect(refused.body.error.details).toEqual({ permission: 'audit:read' });
    expect((await file(project, events.id, scene.root)).status).toBe(200);
  });
});

it('people read the reports of a suspended project', async () => {
  const project = await scene.project();
  const { id } = await made(project, CSV);
  const suspend = `/v1/projects/${project.id}/settings/suspend`;
  expectStatus(200, await scene.api.post(suspend, { confirm: true }, owner));
  expect((await file(project, id)).status).toBe(200);
  expect(codeOf(await asked(project, CSV))).toEqual([403, 'project_suspended']);
  expect(
    await eventsOf(scene.server, scene.root.auth, await scene.api.get(reportsOf(project), owner)),
  ).toEqual([]);
});

async function schedule(job: string, id: string): Promise<void> {
  const { Outbox } = await import('../../src/kernel/outbox/outbox.js');
  const { UnitOfWork } = await import('../../src/kernel/database/unit-of-work.js');
  const ctx = RequestContext.system('test', newId('req'));
  const { app } = scene.server;
  await app.get(UnitOfWork).bookkeeping(ctx, () => app.get(Outbox).schedule(ctx, job, id));
}

/** The records of a CSV file, after RFC 4180. */
function recordsOf(text: string): string[][] {
  const records: string[][] = [[]];
  const cells = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|$)/gy;
  for (const [, cell, end] of text.matchAll(cells)) {
    if (end === '' && cell === '') break;
    records.at(-1)!.push(cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!);
    if (end === '\r\n') records.push([]);
  }
  return records.filter(record => record.length > 0);
}

describe('billing', () => {
  it('is exported as people see it: customers with what they have, the ledger oldest first', async () => {
    const project = await scene.project();
    const customers = `/v1/projects/${project.id}/customers`;
    for (const id of ['user_1', 'user/2']) {
      const path = `${customers}/${encodeURIComponent(id)}`;
      expectStatus(200, await scene.api.post(`${path}/deposit`, { amount: 100, name: 'Grace' }, owner));
      const spent = { amount: 30, transaction_id: `order of ${id}` };
      expectStatus(200, await scene.api.post(`${path}/deduct`, spent, owner));
    }
    const list = expectStatus(200, await scene.api.get(customers, owner)).body.items;
    const known = await made(project, { kind: 'customers', format: 'jsonl' });
    expect(known).toMatchObject({ status: 'ready', rows: 2 });
    expect(lines(await file(project, known.id))).toEqual(list.toReversed());

    const entries = expectStatus(200, await scene.api.get(`/v1/projects/${project.id}/ledger`, owner)).body;
    const ledger = await made(project, { kind: 'ledger', format: 'json' });
    expect(ledger).toMatchObject({ status: 'ready', rows: 4 });
    const { bytes } = await file(project, ledger.id);
    expect(JSON.parse(bytes.toString())).toEqual(entries.items.toReversed());

    expectStatus(201, await hide(project, 'customer.name', ROLE_IDS.member));
    const member = await scene.member(project, 'member');
    const theirs = await made(project, { kind: 'customers', format: 'jsonl' }, member);
    const shown = lines(await file(project, theirs.id, member));
    expect(shown.map(({ name }) => name)).toEqual(['[REDACTED]', '[REDACTED]']);
  });
});
