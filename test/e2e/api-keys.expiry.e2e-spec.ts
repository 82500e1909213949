import { ApiKeyEntity } from '../../src/modules/api-keys/api-key.entity.js';
import { KeyExpiryNotices } from '../../src/modules/api-keys/key-expiry.service.js';
import { codeOf, eventOf } from '../support/answers.js';
import { waitForMail } from '../support/mail.js';
import { createKey, expectStatus, type Person, type Project, Scene, write } from '../support/scene.js';

const DAY_MS = 86_400_000;
const MAXIMUM = 30;
const at = (days: number) => new Date(Date.now() + days * DAY_MS);

let scene: Scene;

beforeAll(async () => (scene = await Scene.open({ KEY_MAX_LIFETIME_DAYS: String(MAXIMUM) })));
afterAll(() => scene?.close());

const keysOf = (project: { id: string }) => `/v1/projects/${project.id}/api-keys`;

describe('KEY_MAX_LIFETIME_DAYS', () => {
  const issue = async (project: Project, body: object) =>
    scene.api.post(keysOf(project), { name: 'K', ...body }, await scene.owner());
  const days = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / DAY_MS;

  it('ends keys that are made without an expiry', async () => {
    const project = await scene.project();
    const { api_key } = expectStatus(201, await issue(project, {})).body;
    expect(days(api_key.created_at, api_key.expires_at)).toBe(MAXIMUM);
    expect(api_key.rotation_due).toBe(api_key.expires_at);
    const expires_at = at(3).toISOString();
    expect(expectStatus(201, await issue(project, { expires_at })).body.api_key).toMatchObject({
      expires_at,
      rotation_due: expires_at,
    });
  });

  it('refuses a later expiry, and none, naming the maximum', async () => {
    const project = await scene.project();
    const { auth } = await scene.owner();
    const { id } = await scene.key(project);
    for (const expires_at of [at(MAXIMUM + 1).toISOString(), null]) {
      for (const answer of [
        await issue(project, { expires_at }),
        await scene.api.patch(`${keysOf(project)}/${id}`, { expires_at }, { auth }),
      ]) {
        const { error } = expectStatus(400, answer).body;
        expect(error.details.errors).toMatchObject([
          { param: 'expires_at', message: expect.stringContaining('30 days') },
        ]);
      }
    }
    const sooner = await scene.api.patch(
      `${keysOf(project)}/${id}`,
      { expires_at: at(MAXIMUM - 1).toISOString() },
      { auth },
    );
    expectStatus(200, sooner);
    expect((await eventOf(scene.server, scene.root.auth, sooner)).changes).toHaveProperty('expires_at');
  });

  it('is not prolonged by a new secret', async () => {
    const project = await scene.project();
    const { auth } = await scene.owner();
    const { id } = await scene.key(project);
    const [created_at, expires_at] = [at(-10), at(20)];
    await write(scene.server, db => db.update(ApiKeyEntity, { id }, { created_at, expires_at }));
    const { api_key } = expectStatus(
      200,
      await scene.api.post(`${keysOf(project)}/${id}/regenerate`, {}, { auth }),
    ).body;
    expect(api_key).toMatchObject({ age_days: 0, expires_at: expires_at.toISOString() });
    const later = { expires_at: at(25).toISOString() };
    expectStatus(400, await scene.api.patch(`${keysOf(project)}/${id}`, later, { auth }));
  });

  it('leaves keys from before alone, and says that they are due', async () => {
    const project = await scene.project();
    const { auth } = await scene.owner();
    const { id } = await scene.key(project);
    const created_at = at(-100);
    await write(scene.server, db => db.update(ApiKeyEntity, { id }, { created_at, expires_at: null }));
    const path = `${keysOf(project)}/${id}`;
    const same = await scene.api.patch(path, { name: 'L', expires_at: null }, { auth });
    expect(expectStatus(200, same).body).toMatchObject({
      status: 'activated',
      expires_at: null,
      rotation_due: new Date(created_at.getTime() + MAXIMUM * DAY_MS).toISOString(),
    });
    expectStatus(200, await scene.api.delete(path, undefined, { auth }));
    expect((await scene.api.get(path, { auth })).body.rotation_due).toBeNull();
  });
});

describe('key_max_lifetime_days of a project', () => {
  const OWN = 10;
  const settingsOf = (project: Project) => `/v1/projects/${project.id}/settings`;
  const limit = (project: Project, days: number | null, by: { auth: string }) =>
    scene.api.patch(settingsOf(project), { key_max_lifetime_days: days, confirm: true }, by);
  const lifetimeOf = async (project: Project) => {
    const { auth } = await scene.owner();
    const { api_key } = await createKey(scene.server, auth, project.id);
    return (Date.parse(api_key.expires_at) - Date.parse(api_key.created_at)) / DAY_MS;
  };

  it('ends new keys earlier than the platform does, refuses more, and leaves an event', async () => {
    const project = await scene.project();
    const owner = await scene.owner();
    const answer = await limit(project, OWN, owner);
    expect(expectStatus(200, answer).body.key_max_lifetime_days).toBe(OWN);
    const { type, changes } = await eventOf(scene.server, scene.root.auth, answer);
    expect([type, changes]).toEqual([
      'project.updated',
      { key_max_lifetime_days: { before: null, after: OWN } },
    ]);
    expect(await lifetimeOf(project)).toBe(OWN);
    const { id } = await scene.key(project);
    for (const expires_at of [at(OWN + 1).toISOString(), null])
      for (const refused of [
        await scene.api.post(keysOf(project), { name: 'K', expires_at }, owner),
        await scene.api.patch(`${keysOf(project)}/${id}`, { expires_at }, owner),
      ])
        expect(expectStatus(400, refused).body.error.details.errors).toMatchObject([
          { param: 'expires_at', message: expect.stringContaining('10 days') },
        ]);
    expect(await lifetimeOf(await scene.project())).toBe(MAXIMUM);
    expectStatus(200, await limit(project, null, owner));
    expect(await lifetimeOf(project)).toBe(MAXIMUM);
  });

  it('leaves keys that are there as they are, also with a new secret', async () => {
    const project = await scene.project();
    const owner = await scene.owner();
    const { id } = await scene.key(project);
    const path = `${keysOf(project)}/${id}`;
    const before = expectStatus(200, await scene.api.get(path, owner)).body;
    expectStatus(200, await limit(project, OWN, owner));
    expectStatus(200, await scene.api.post(`${path}/regenerate`, {}, owner));
    const after = expectStatus(200, await scene.api.get(path, owner)).body;
    expect(after.expires_at).toBe(before.expires_at);
    expect(after.rotation_due).toBe(new Date(Date.parse(before.created_at) + OWN * DAY_MS).toISOString());
    expectStatus(200, await scene.api.patch(path, { expires_at: before.expires_at }, owner));
    expectStatus(400, await scene.api.patch(path, { expires_at: at(OWN + 5).toISOString() }, owner));
  });

  it('is at most what the platform allows', async () => {
    const { error } = expectStatus(
      400,
      await limit(await scene.project(), MAXIMUM + 1, await scene.owner()),
    ).body;
    expect(error.details.errors).toMatchObject([
      { param: 'key_max_lifetime_days', message: expect.stringContaining('at most 30') },
    ]);
  });

  it('is for those with settings:write', async () => {
    const project = await scene.project();
    for (const caller of [await scene.member(project, 'member'), await scene.key(project, 'viewer')])
      expect(codeOf(await limit(project, OWN, caller))).toEqual([403, 'permission_denied']);
    expect(codeOf(await limit(project, OWN, await scene.stranger()))).toEqual([404, 'not_found']);
  });
});

describe('mail before a key expires', () => {
  const tellAt = (days: number) =>
    scene.server.app.get(KeyExpiryNotices, { strict: false }).tellAll(at(days));
  /** How many such mails somebody was written. */
  async function written(person: Person): Promise<number> {
    const query = { q: person.user.email, limit: 100 };
    const { items } = (await scene.api.get('/v1/notifications', { auth: scene.root.auth, query })).body;
    return items.filter(({ template }: { template: string }) => template === 'key_expiry').length;
  }

  it('comes at 14, 3 and 1 days, each once, in one letter for all keys', async () => {
    const owner = await scene.person();
    const project = await scene.project({ name: 'Harbour' }, owner);
    const maker = await scene.member(project, 'viewer', { person: await scene.person() });
    const [colleague, stopped] = [await scene.person(), await scene.person()];
    await scene.member(project, 'administrator', { person: colleague });
    await scene.member(project, 'administrator', { person: stopped, status: 'suspended' });
    await scene.key(project, 'viewer', { name: 'Crane', expires_at: at(20).toISOString() });
    await createKey(scene.server, maker.auth, project.id, {
      name: 'Winch',
      member: true,
      expires_at: at(20).toISOString(),
    });
    await tellAt(5);
    expect(await written(owner)).toBe(0);
    await Promise.all([tellAt(7), tellAt(7)]);
    await tellAt(8);
    const mail = await waitForMail(scene.server, owner.user.email, null, /^2 API keys expire soon$/);
    expect(mail.text?.replaceAll(/\s+/g, ' ')).toMatch(/Crane .* Harbour, on .* UTC .*Winch/);
    await waitForMail(scene.server, maker.user.email, null, /^The API key Winch expires soon$/);
    expect(await Promise.all([owner, colleague, maker, stopped].map(written))).toEqual([1, 1, 1, 0]);
    await tellAt(17.5);
    await tellAt(18);
    expect(await written(owner)).toBe(2);
    await tellAt(19.5);
    await tellAt(19.9);
    await tellAt(21);
    expect(await written(owner)).toBe(3);
  });

  it('skips what had passed when the key was made, and begins anew with another expiry', async () => {
    const owner = await scene.person();
    const project = await scene.project({}, owner);
    const key = await scene.key(project, 'viewer', { expires_at: at(10).toISOString() });
    await tellAt(1);
    expect(await written(owner)).toBe(0);
    await tellAt(7.5);
    expect(await written(owner)).toBe(1);
    const later = { expires_at: at(20).toISOString() };
    expectStatus(200, await scene.api.patch(`${keysOf(project)}/${key.id}`, later, owner));
    await tellAt(5);
    expect(await written(owner)).toBe(1);
    await tellAt(7);
    expect(await written(owner)).toBe(2);
  });

  it('does not come for keys and projects that are stopped', async () => {
    const owner = await scene.person();
    const project = await scene.project({}, owner);
    const expires_at = at(20).toISOString();
    const suspended = await scene.key(project, 'viewer', { expires_at });
    const revoked = await scene.key(project, 'viewer', { expires_at });
    const path = (key: { id: string }) => `${keysOf(project)}/${key.id}`;
    expectStatus(200, await scene.api.patch(path(suspended), { status: 'suspended' }, owner));
    expectStatus(200, await scene.api.delete(path(revoked), undefined, owner));
    await tellAt(7);
    expect(await written(owner)).toBe(0);
    // Once it is active again, people are told.
    expectStatus(200, await scene.api.patch(path(suspended), { status: 'activated' }, owner));
    await tellAt(8);
    expect(await written(owner)).toBe(1);
    const stop = `/v1/projects/${project.id}/settings/suspend`;
    expectStatus(200, await scene.api.post(stop, { confirm: true }, owner));
    await tellAt(18);
    expect(await written(owner)).toBe(1);
  });
});
