import { codeOf, eventOf } from '../support/answers.js';
import { tokenIn, waitForMail } from '../support/mail.js';
import {
  admin,
  createProject,
  expectStatus,
  PASSWORD,
  type Person,
  signIn,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

let server: TestServer;
let root: Person;
let owner: Person;
let organization: { id: string; name: string };

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
});

beforeEach(async () => {
  owner = await signUp(server, { first_name: 'Olga', name: 'Owner' });
  organization = await found(owner);
});

afterAll(() => server?.stop());

const path = (rest: string) => `/v1/organizations/${organization.id}${rest}`;
const invite = (body: unknown, auth = owner.auth) => server.api.post(path('/invitations'), body, { auth });
const invitations = (auth = owner.auth, query = {}) => server.api.get(path('/invitations'), { auth, query });
const members = async (query = {}) =>
  expectStatus(200, await server.api.get(path('/members'), { auth: owner.auth, query })).body;
const onMember = (method: string, id: string, rest = '', body?: unknown, auth = owner.auth) =>
  server.api.request(method, path(`/members/${id}${rest}`), body, { auth });
const accept = (body: unknown) => server.api.post('/v1/invitations/accept', body);
const invitedToken = async (email: string) =>
  tokenIn(await waitForMail(server, email, 'invitation'), 'invitation');

async function found(person: Person, name = 'Acme'): Promise<{ id: string; name: string }> {
  return expectStatus(201, await server.api.post('/v1/organizations', { name }, { auth: person.auth })).body;
}

/** Invites a person, who accepts signed in; answers the member's id. */
async function join(person: Person, role = 'member'): Promise<string> {
  const { id } = expectStatus(201, await invite({ email: person.user.email, role })).body;
  const accepting = `/v1/me/invitations/${id}/accept`;
  expectStatus(200, await server.api.post(accepting, undefined, { auth: person.auth }));
  return (await members()).items.find((item: any) => item.user_id === person.user.id).id;
}

describe('inviting', () => {
  it('asks somebody with an account, who accepts signed in', async () => {
    const ada = await signUp(server);
    const answer = expectStatus(201, await invite({ email: ada.user.email.toUpperCase(), role: 'admin' }));
    expect(answer.body).toMatchObject({
      id: expect.stringMatching(/^inv_/),
      email: ada.user.email,
      status: 'pending',
      organization: { id: organization.id, name: 'Acme' },
      project: null,
      role: { id: 'admin', name: 'admin' },
      invited_by: { id: owner.user.id, name: 'Olga Owner' },
    });
    expect(JSON.stringify(answer.body)).not.toContain('token');
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'organization.member_invited',
      target: { type: 'invitation', id: answer.body.id, name: ada.user.email },
    });
    const mail = await waitForMail(server, ada.user.email, 'invitation');
    expect(mail.subject).toBe('Invitation to the organization Acme');
    expect((await members()).items[0]).toMatchObject({
      id: answer.body.id,
      status: 'invited',
      user_id: null,
      role: 'admin',
    });

    const accepting = `/v1/me/invitations/${answer.body.id}/accept`;
    const joined = expectStatus(200, await server.api.post(accepting, undefined, { auth: ada.auth }));
    expect(joined.body.invitation.status).toBe('accepted');
    expect(await eventOf(server, root.auth, joined)).toMatchObject({
      type: 'organization.member_joined',
      subject_user_id: ada.user.id,
      changes: { role: { before: null, after: 'admin' }, organization_id: { after: organization.id } },
    });
    expect((await members()).items).toMatchObject([
      { user_id: ada.user.id, name: 'Ada Lovelace', status: 'active', role: 'admin', owner: false },
      {
        user_id: owner.user.id,
        status: 'active',
        role: 'owner',
        owner: true,
        last_sign_in: { location: null },
      },
    ]);
    expect((await invitations()).body.items).toMatchObject([{ status: 'accepted' }]);
    expectStatus(200, await server.api.patch(path(''), { name: 'Acme Ltd' }, { auth: ada.auth }));
  });

  it('asks somebody without an account, who makes one by accepting', async () => {
    const email = `newcomer-${organization.id}@people.example`;
    expectStatus(201, await invite({ email, first_name: 'Nora' }));
    const token = await invitedToken(email);
    const { error } = expectStatus(400, await accept({ token, name: 'Newcomer' })).body;
    expect(error).toMatchObject({ code: 'validation_failed', param: 'password' });
    expectStatus(400, await accept({ token, name: 'Newcomer', password: 'short' }));
    const answer = expectStatus(200, await accept({ token, name: 'Newcomer', password: PASSWORD }));
    expect(answer.body).toMatchObject({ account_created: true, invitation: { status: 'accepted' } });
    const event = await eventOf(server, root.auth, answer);
    expect(event).toMatchObject({ type: 'organization.member_joined', actor: { name: 'Nora Newcomer' } });
    expect(event.effects.map((effect: any) => effect.type)).toEqual(['user.created', 'organization.created']);
    const nora = await signIn(server, email, PASSWORD);
    const mine = (await server.api.get('/v1/organizations', { auth: nora.auth })).body.items;
    expect(mine.map((item: any) => [item.personal, item.role]).sort()).toEqual([
      [false, 'member'],
      [true, 'owner'],
    ]);
    expect(codeOf(await accept({ token, name: 'Newcomer', password: PASSWORD }))).toEqual([
      400,
      'invalid_token',
    ]);
  });

  it('gives an account that was never activated to whoever proves the address, not to who registered it', async () => {
    const email = `squatted-${organization.id}@people.example`;
    const registration = { email, password: 'the-squatter-knows-it', first_name: 'Some', name: 'Body' };
    expectStatus(201, await server.api.post('/v1/users', registration));
    expectStatus(201, await invite({ email }));
    const token = await invitedToken(email);
    expectStatus(400, await accept({ token }));
    const mine = { first_name: 'Real', name: 'Owner', password: PASSWORD };
    expect(expectStatus(200, await accept({ token, ...mine })).body.account_created).toBe(false);
    const attempt = await server.api.post('/v1/sessions', { email, password: registration.password });
    expect(codeOf(attempt)).toEqual([401, 'invalid_credentials']);
    expect((await signIn(server, email, PASSWORD)).user).toMatchObject({
      first_name: 'Real',
      status: 'activated',
    });
  });

  it('tells the two conflicts apart', async () => {
    const ada = await signUp(server);
    expectStatus(201, await invite({ email: ada.user.email }));
    expect(codeOf(await invite({ email: ada.user.email, role: 'admin' }))).toEqual([
      409,
      'invitation_pending',
    ]);
    expect(codeOf(await invite({ email: owner.user.email }))).toEqual([409, 'member_already_active']);
    const grace = await signUp(server);
    const id = await join(grace);
    expectStatus(200, await onMember('POST', id, '/suspend'));
    expect(codeOf(await invite({ email: grace.user.email }))).toEqual([409, 'invalid_transition']);
  });

  it('invites a person once, however many ask at the same time', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => invite({ email: 'wanted@people.example' })));
    expect(answers.map(codeOf).sort()).toEqual([
      [201, undefined],
      [409, 'invitation_pending'],
      [409, 'invitation_pending'],
      [409, 'invitation_pending'],
    ]);
  });

  it('sends a new link that ends the former one, and takes an invitation back', async () => {
    const email = `resent-${organization.id}@people.example`;
    const { id } = expectStatus(201, await invite({ email })).body;
    const first = await invitedToken(email);
    const resent = expectStatus(
      200,
      await server.api.post(path(`/invitations/${id}/resend`), undefined, { auth: owner.auth }),
    );
    expect(await eventOf(server, root.auth, resent)).toMatchObject({
      type: 'organization.invitation_resent',
    });
    const second = await waitFor('another link', async () => {
      const token = await invitedToken(email);
      return token !== first && token;
    });
    const person = { first_name: 'Re', name: 'Sent', password: PASSWORD };
    expect(codeOf(await accept({ token: first, ...person }))).toEqual([400, 'invalid_token']);
    const revoked = expectStatus(
      200,
      await server.api.delete(path(`/invitations/${id}`), undefined, { auth: owner.auth }),
    );
    expect(revoked.body).toEqual({ id, deleted: true });
    expect(await eventOf(server, root.auth, revoked)).toMatchObject({
      type: 'organization.invitation_revoked',
    });
    expect(codeOf(await accept({ token: second, ...person }))).toEqual([400, 'invalid_token']);
    for (const [method, rest] of [
      ['POST', '/resend'],
      ['DELETE', ''],
    ]) {
      const again = await server.api.request(method!, path(`/invitations/${id}${rest}`), undefined, {
        auth: owner.auth,
      });
      expect(codeOf(again)).toEqual([409, 'invalid_transition']);
    }
    expectStatus(201, await invite({ email }));
  });

  it('is declined by token', async () => {
    const email = `declined-${organization.id}@people.example`;
    expectStatus(201, await invite({ email }));
    const token = await invitedToken(email);
    const answer = expectStatus(200, await server.api.post('/v1/invitations/decline', { token }));
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'organization.invitation_declined',
    });
    expect((await invitations()).body.items).toMatchObject([{ email, status: 'declined' }]);
  });

  it('has one outcome when accepted twice at once, or beside being taken back', async () => {
    for (let round = 0; round < 3; round++) {
      const email = `race-${round}-${organization.id}@people.example`;
      const { id } = expectStatus(201, await invite({ email })).body;
      const token = await invitedToken(email);
      const person = { token, first_name: 'Ra', name: 'Ce', password: PASSWORD };
      const accepts = [accept(person), accept(person)];
      const revocation = server.api.delete(path(`/invitations/${id}`), undefined, { auth: owner.auth });
      const [revoked, ...accepted] = await Promise.all([revocation, ...accepts]);
      const won = accepted.filter(({ status }) => status === 200).length;
      expect(won + (revoked.status === 200 ? 1 : 0)).toBe(1);
      const there = (await members()).items.filter((item: any) => item.email === email);
      expect(there).toHaveLength(won);
    }
  });

  it.each([{}, { email: 'x' }, { email: 'a@b.example', role: 'owner' }, { email: 'a@b.example', extra: 1 }])(
    'refuses %j',
    async body => {
      expect(codeOf(await invite(body))).toEqual([400, 'validation_failed']);
    },
  );
});

describe('the page behind the mailed link', () => {
  let owner: Person;
  let project: { id: string };

  beforeAll(async () => {
    owner = await signUp(server);
    project = await createProject(server, owner.auth, { name: 'Tides & <Winds>' });
  });

  async function invited(email: string, person: object = {}): Promise<string> {
    const path = `/v1/projects/${project.id}/invitations`;
    expectStatus(201, await server.api.post(path, { email, ...person }, { auth: owner.auth }));
    return tokenIn(await waitForMail(server, email, 'invitation'), 'invitation');
  }

  /** What a browser does when the form is sent. */
  const submit = (fields: Record<string, string>, path = '/invitation') =>
    server.api.post(path, new URLSearchParams(fields).toString(), {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });

  const pending = async () => {
    const path = `/v1/projects/${project.id}/invitations?status=pending`;
    return (await server.api.get(path, { auth: owner.auth })).body.total_count as number;
  };

  it('opens without consuming anything, and lets nothing in', async () => {
    await invited('opens@people.example');
    const before = await pending();
    const page = expectStatus(200, await server.api.get('/invitation'));
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(page.body).toContain('<button>Accept</button>');
    expect(page.body).toContain('formaction="invitation/decline"');
    expect(await pending()).toBe(before);
  });

  it('lets a new person say name and password, and join', async () => {
    const token = await invited('page@people.example', { first_name: 'Grace "Amazing"' });
    const first = expectStatus(200, await submit({ token }));
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(first.body).toContain('Create your account');
    expect(first.body).toContain(`name="token" value="${token}"`);
    expect(first.body).toContain('value="Grace &quot;Amazing&quot;"');
    expect(first.body).not.toContain('role="alert"');

    const fields = { token, first_name: 'Grace', name: '<b>Hopper', password: 'too short' };
    const again = await submit(fields);
    expect(again.status).toBe(400);
    expect(again.body).toContain('role="alert"');
    expect(again.body).toContain('value="&lt;b&gt;Hopper"');
    expect(again.body).not.toContain('too short');

    const done = expectStatus(200, await submit({ ...fields, password: PASSWORD }));
    expect(done.body).toContain('You have joined');
    expect(done.body).toContain('the project Tides &amp; &lt;Winds&gt;');
    const grace = await signIn(server, 'page@people.example', PASSWORD);
    expectStatus(200, await server.api.get(`/v1/projects/${project.id}/members`, { auth: grace.auth }));

    const used = await submit({ token });
    expect(used.status).toBe(400);
    expect(used.body).toContain('already used');
  });

  it('lets somebody with an account join with one click', async () => {
    const person = await signUp(server);
    const token = await invited(person.user.email);
    expect(expectStatus(200, await submit({ token })).body).toContain('You have joined');
    expectStatus(200, await server.api.get(`/v1/projects/${project.id}/members`, { auth: person.auth }));
  });

  it('lets people join an organization, too', async () => {
    const organization = expectStatus(
      201,
      await server.api.post('/v1/organizations', { name: 'Harbour' }, { auth: owner.auth }),
    ).body;
    const path = `/v1/organizations/${organization.id}`;
    const email = 'docker@people.example';
    expectStatus(201, await server.api.post(`${path}/invitations`, { email }, { auth: owner.auth }));
    const token = tokenIn(await waitForMail(server, email, 'invitation'), 'invitation');
    expect(expectStatus(200, await submit({ token })).body).toContain('Create your account');
    const fields = { token, first_name: 'Dora', name: 'Docker', password: PASSWORD };
    const done = expectStatus(200, await submit(fields));
    expect(done.body).toContain('the organization Harbour');
    const dora = await signIn(server, email, PASSWORD);
    expectStatus(200, await server.api.get(path, { auth: dora.auth }));
  });

  it('lets people decline', async () => {
    const token = await invited('declines@people.example');
    const before = await pending();
    expect(expectStatus(200, await submit({ token }, '/invitation/decline')).body).toContain(
      'You have declined',
    );
    expect(await pending()).toBe(before - 1);
  });

  it('says so when the link is not complete', async () => {
    for (const path of ['/invitation', '/invitation/decline']) {
      const answer = await submit({ token: '' }, path);
      expect(answer.status).toBe(400);
      expect(answer.body).toContain('The link is incomplete');
    }
  });
});
