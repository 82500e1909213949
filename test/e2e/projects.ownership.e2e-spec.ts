import { codeOf, eventOf } from '../support/answers.js';
import {
  addMember,
  addToOrganization,
  admin,
  createProject,
  expectStatus,
  type Person,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

let server: TestServer;
let root: Person;
let owner: Person;
let heir: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  owner = await signUp(server, { first_name: 'Olga', name: 'Owner' });
  heir = await signUp(server, { first_name: 'Henri', name: 'Heir' });
});

afterAll(() => server?.stop());

const settings = (id: string) => `/v1/projects/${id}/settings`;
const transfer = (id: string, body: object, auth = owner.auth) =>
  server.api.post(`${settings(id)}/transfer-ownership`, body, { auth });

/** A project of the owner's, with the heir in its team. */
async function inherited(status: 'active' | 'suspended' = 'active') {
  // In somebody else's organization, whose owner may transfer its projects too.
  const { id: organization_id } = expectStatus(
    201,
    await server.api.post('/v1/organizations', { name: 'Family' }, { auth: root.auth }),
  ).body;
  await addToOrganization(server, organization_id, owner, 'member');
  const { id } = await createProject(server, owner.auth, { name: 'Estate', organization_id });
  return { id, member_id: await addMember(server, id, heir, 'member', status) };
}

async function ownerOf(id: string): Promise<string> {
  return expectStatus(200, await server.api.get(`/v1/projects/${id}`, { auth: root.auth })).body.owner.id;
}

describe('POST /v1/projects/:id/settings/transfer-ownership', () => {
  it('says without confirm what it would do, and does nothing', async () => {
    const { id, member_id } = await inherited();
    const asked = await transfer(id, { member_id });
    expect(codeOf(asked)).toEqual([428, 'confirmation_required']);
    expect(asked.body.error.details).toEqual({
      action: 'transfer-ownership',
      from: owner.user.email,
      to: heir.user.email,
      effects: [{ effect: 'members_notified', count: 2 }],
    });
    expect((await transfer(id, {})).body.error.details).toMatchObject({ to: null });
    expect(await ownerOf(id)).toBe(owner.user.id);
  });

  it('gives the project to an active member, who becomes administrator; the former owner stays', async () => {
    const { id, member_id } = await inherited();
    const answer = await transfer(id, { confirm: true, member_id, reason: 'Retirement' });
    expect(expectStatus(200, answer).body.owner).toMatchObject({ id: heir.user.id, name: 'Henri Heir' });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'project.ownership_transferred',
      project_id: id,
      reason: 'Retirement',
      subject_user_id: heir.user.id,
      changes: { owner: { before: owner.user.email, after: heir.user.email } },
    });
    const { items } = (await server.api.get(`/v1/projects/${id}/members`, { auth: heir.auth })).body;
    expect(items).toMatchObject([
      { id: member_id, owner: true, role: { name: 'administrator' } },
      { user_id: owner.user.id, owner: false, role: { name: 'administrator' } },
    ]);
    const subject = 'The project Estate has a new owner';
    const mails = await waitFor('both owners to be told', async () => {
      const about = (await server.mails()).filter(mail => mail.subject === subject);
      return about.length === 2 && about;
    });
    expect(mails.map(mail => mail.to?.[0]?.address).sort()).toEqual(
      [heir.user.email, owner.user.email].sort(),
    );
    // What was the owner's alone is the new owner's alone.
    expect(codeOf(await transfer(id, { confirm: true, member_id: items[1].id }))).toEqual([
      403,
      'permission_denied',
    ]);
    const former = `/v1/projects/${id}/members/${items[1].id}`;
    expectStatus(200, await server.api.delete(former, undefined, { auth: heir.auth }));
    expect(codeOf(await server.api.delete(former, undefined, { auth: heir.auth }))).toEqual([
      404,
      'not_found',
    ]);
  });

  it('takes an active member', async () => {
    const { id, member_id } = await inherited('suspended');
    const elsewhere = await inherited();
    const { items } = (await server.api.get(`/v1/projects/${id}/members`, { auth: owner.auth })).body;
    const own = items.find((item: any) => item.owner).id;
    const invitation = await server.api.post(
      `/v1/projects/${id}/invitations`,
      { email: 'not-yet@people.example' },
      { auth: owner.auth },
    );
    const confirm = true;
    for (const [member, ...code] of [
      [member_id, 409, 'invalid_transition'],
      [own, 409, 'invalid_transition'],
      [elsewhere.member_id, 404, 'not_found'],
      ['mbr_01kaj0v7w3m6tn5x9q2e8rfyzd', 404, 'not_found'],
      [invitation.body.id, 404, 'not_found'],
      [undefined, 400, 'validation_failed'],
    ] as const)
      expect(codeOf(await transfer(id, { confirm, member_id: member }))).toEqual(code);
    expect(codeOf(await transfer(id, { confirm: 'yes', member_id }))).toEqual([400, 'validation_failed']);
    expect(await ownerOf(id)).toBe(owner.user.id);
  });

  it('is for the owner and platform admins', async () => {
    const { id, member_id } = await inherited();
    const administrator = await signUp(server);
    await addMember(server, id, administrator, 'administrator');
    const stranger = await signUp(server);
    const body = { confirm: true, member_id };
    expect(codeOf(await transfer(id, body, administrator.auth))).toEqual([403, 'permission_denied']);
    expect(codeOf(await transfer(id, body, heir.auth))).toEqual([403, 'permission_denied']);
    expect(codeOf(await transfer(id, body, stranger.auth))).toEqual([404, 'not_found']);
    expect(codeOf(await server.api.post(`${settings(id)}/transfer-ownership`, body))).toEqual([
      401,
      'missing_api_key',
    ]);
    expectStatus(200, await transfer(id, body, root.auth));
    expect(await ownerOf(id)).toBe(heir.user.id);
  });

  it('respects how many projects the new owner may own', async () => {
    const limited = await signUp(server);
    const path = `/v1/users/${limited.user.id}`;
    expectStatus(200, await server.api.patch(path, { max_projects: 0 }, { auth: root.auth }));
    const { id } = await createProject(server, owner.auth);
    const member_id = await addMember(server, id, limited, 'member');
    expect(codeOf(await transfer(id, { confirm: true, member_id }))).toEqual([409, 'project_limit_reached']);
  });

  it('stands among the settings, available to the owner', async () => {
    const { id } = await inherited();
    const actionOf = async (auth: string) =>
      expectStatus(200, await server.api.get(settings(id), { auth })).body.actions.find(
        ({ action }: any) => action === 'transfer-ownership',
      );
    expect(await actionOf(owner.auth)).toEqual({
      action: 'transfer-ownership',
      method: 'POST',
      url: `${settings(id)}/transfer-ownership`,
      value: owner.user.email,
      available: true,
    });
    expect(await actionOf(heir.auth)).toMatchObject({ available: false, reason: expect.any(String) });
  });
});

it('the team is told when its project is suspended or deleted, but not whoever did it', async () => {
  const { id } = await createProject(server, owner.auth, { name: 'Wreck' });
  await addMember(server, id, heir, 'member');
  await addMember(server, id, await signUp(server), 'member', 'suspended');
  const suspend = (body: object) => server.api.post(`${settings(id)}/suspend`, body, { auth: owner.auth });
  expect((await suspend({})).body.error.details.effects).toContainEqual({
    effect: 'members_notified',
    count: 1,
  });
  expectStatus(200, await suspend({ confirm: true, reason: 'It leaks.' }));
  const mail = await waitFor('the mail about the suspension', async () =>
    (await server.mails()).find(({ subject }) => subject === 'The project Wreck was suspended'),
  );
  expect(mail.to).toMatchObject([{ address: heir.user.email }]);
  expect(mail.text).toContain('It leaks.');
});
