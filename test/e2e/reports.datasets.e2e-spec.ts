import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkExportedLog } from '../../src/modules/audit/exported-log.js';
import { codeOf } from '../support/answers.js';
import { freshDirectory } from '../support/lane.js';
import { downloaded, type Report, reportsOf, written } from '../support/reports.js';
import { addRole, expectStatus, type Person, type Project, Scene } from '../support/scene.js';

let scene: Scene;
let owner: Person;
beforeAll(async () => {
  scene = await Scene.open();
  owner = await scene.owner();
});
afterAll(() => scene?.close());

const made = (project: Project, body: object, caller: { auth: string } = owner): Promise<Report> =>
  written(scene.api, project, caller, { format: 'jsonl', ...body });
const text = async (project: Project, { id }: Report, caller: { auth: string } = owner) =>
  (await downloaded(scene.server.url, project, caller, id)).bytes.toString();
const rows = async (project: Project, body: object, caller: { auth: string } = owner): Promise<any[]> =>
  (await text(project, await made(project, body, caller), caller))
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
const list = async (project: Project, of: string, query = {}, caller: { auth: string } = owner) =>
  expectStatus(200, await scene.api.get(`/v1/projects/${project.id}/${of}`, { auth: caller.auth, query }))
    .body;
const hide = async (project: Project, attribute: string, role: string) =>
  expectStatus(
    201,
    await scene.api.post(
      `/v1/projects/${project.id}/attribute-visibility`,
      { attribute, hidden_from: [role] },
      owner,
    ),
  );

describe('events', () => {
  it('are taken by the offline verifier, with the checkpoints and keys of the server', async () => {
    const project = await scene.project();
    for (const name of ['One', 'Two', 'Three']) await scene.key(project, 'viewer', { name });
    const log = `/v1/projects/${project.id}/events`;
    const checkpoint = expectStatus(201, await scene.api.post(`${log}/checkpoints`, undefined, owner)).body;
    const exported = await text(project, await made(project, { kind: 'events' }));
    const entries = exported.trimEnd().split('\n');
    const folder = await freshDirectory();
    const files = {
      events: join(folder, 'events.jsonl'),
      checkpoints: join(folder, 'checkpoints.json'),
      keys: join(folder, 'keys.json'),
    };
    const keys = (await scene.api.get('/v1/events/signing-keys')).body;
    await writeFile(files.checkpoints, JSON.stringify([checkpoint]));
    await writeFile(files.keys, JSON.stringify(keys));
    const checked = async (lines: string[]) => {
      await writeFile(files.events, lines.join('\n'));
      return checkExportedLog(files);
    };
    expect(await checked(entries)).toEqual({ checked: entries.length, firstBad: null, unsigned: false });
    // What had been done before it was asked for is in it: the request for it, too.
    expect(entries.map(line => JSON.parse(line).type)).toEqual([
      'project.created',
      ...Array<string>(3).fill('api_key.created'),
      'checkpoint.signed',
      'report.requested',
    ]);
    const forged = entries.with(2, entries[2]!.replace('Two', 'Ten'));
    expect((await checked(forged)).firstBad).toMatchObject({ sequence: 3, reason: 'changed' });
    expect((await checked(entries.slice(0, 3))).firstBad).toMatchObject({ sequence: 4, reason: 'cut' });
  });

  it('are of a time, as the list has them', async () => {
    const project = await scene.project();
    for (const name of ['One', 'Two', 'Three']) await scene.key(project, 'viewer', { name });
    const { items } = await list(project, 'events');
    const [three, , one] = items.map(({ created_at }: any) => created_at);
    expect((await rows(project, { kind: 'events', from: one, to: three })).map(({ id }) => id)).toEqual(
      (await list(project, 'events', { from: one, to: three })).items.map(({ id }: any) => id).reverse(),
    );
    expect(await rows(project, { kind: 'events', to: '2020-01-01T00:00:00Z' })).toEqual([]);
    expect(await rows(project, { kind: 'events', from: '2999-01-01T00:00:00Z' })).toEqual([]);
  });

  it('hide what is hidden, and every hash by which it could be guessed', async () => {
    const project = await scene.project();
    const role = await addRole(scene.server, project.id, ['reports:read', 'reports:write', 'audit:read']);
    const auditor = await scene.member(project, role);
    await hide(project, 'api_key.name', role);
    await scene.key(project, 'viewer', { name: 'Secret plans' });
    const exported = await rows(project, { kind: 'events' }, auditor);
    const made = exported.find(({ type }) => type === 'api_key.created');
    expect(made.target.name).toBe('[REDACTED]');
    expect(made.changes.name).toEqual({ before: '[REDACTED]', after: '[REDACTED]' });
    for (const { hash, previous_hash } of exported)
      expect([hash, previous_hash]).toEqual(['[REDACTED]', '[REDACTED]']);
    expect(JSON.stringify(exported)).not.toContain('Secret plans');
  });
});

describe('request_logs and usage', () => {
  let project: Project;
  let member: Person;
  beforeAll(async () => {
    project = await scene.project();
    member = await scene.member(project, 'member');
    const keys = `/v1/projects/${project.id}/api-keys`;
    const mine = expectStatus(201, await scene.api.post(keys, { name: 'Mine', member: true }, member)).body;
    const script = await scene.key(project, 'member');
    for (let i = 0; i < 3; i++) await scene.api.get('/v1/whoami', script);
    await scene.api.get('/v1/whoami', { auth: `Bearer ${mine.secret}` });
    await scene.api.get(`/v1/projects/${project.id}/events`, script);
  });

  it('are what the lists show, oldest first', async () => {
    const exported = await rows(project, { kind: 'request_logs' });
    expect(exported).toEqual((await list(project, 'request-logs')).items.reverse());
    expect(exported).toHaveLength(5);
    const from = exported[1].created_at;
    const to = exported[4].created_at;
    expect(await rows(project, { kind: 'request_logs', from, to })).toEqual(
      (await list(project, 'request-logs', { from, to })).items.reverse(),
    );
    const hours = await rows(project, { kind: 'usage' });
    const { totals } = await list(project, 'usage');
    const sum = (field: string) => hours.reduce((all, hour) => all + hour[field], 0);
    expect([sum('requests'), sum('errors')]).toEqual([totals.requests, totals.errors]);
    expect(hours.map(({ at }) => at)).toEqual(hours.map(({ at }) => at).toSorted());
    expect(hours).toContainEqual({
      at: expect.stringMatching(/:00:00\.000Z$/),
      api_key_id: expect.any(String),
      member_id: null,
      method: 'GET',
      route: '/v1/projects/:id/events',
      status: 403,
      requests: 1,
      errors: 1,
    });
    expect(await rows(project, { kind: 'usage', to: '2020-01-01T00:00:00Z' })).toEqual([]);
  });

  it('are only their own for those who see no others, who get no file that has more', async () => {
    const own = await rows(project, { kind: 'request_logs' }, member);
    expect(own).toEqual((await list(project, 'request-logs', {}, member)).items);
    expect(own).toHaveLength(1);
    const whole = await made(project, { kind: 'request_logs' });
    const refused = await scene.api.get(reportsOf(project, whole.id, '/download'), { auth: member.auth });
    expect(codeOf(refused)).toEqual([403, 'permission_denied']);
    // A key sees its own requests only, whoever it belongs to.
    const script = await scene.key(project, 'member');
    await scene.api.get('/v1/whoami', script);
    const ofKey = await rows(project, { kind: 'request_logs' }, script);
    expect(new Set(ofKey.map(({ api_key_id }) => api_key_id))).toEqual(new Set([script.id]));
  });

  it('hide what the log hides, in both', async () => {
    const role = await addRole(scene.server, project.id, [
      'reports:read',
      'reports:write',
      'usage:read',
      'usage:write',
    ]);
    const person = await scene.someone('analyst');
    const analyst = await scene.member(project, role, { person });
    await hide(project, 'request_log.route', role);
    for (const kind of ['request_logs', 'usage'])
      for (const { route, method } of await rows(project, { kind }, analyst))
        expect([route, method]).toEqual(['[REDACTED]', expect.stringMatching(/^(GET|POST)$/)]);
    const attributes = `/v1/projects/${project.id}/attribute-visibility/attributes`;
    const known = expectStatus(200, await scene.api.get(attributes, owner)).body;
    const names = known.items.map(({ attribute }: any) => attribute);
    expect(names).toEqual(expect.arrayContaining(['usage.series.method', 'event.hash']));
  });
});
