import { codeOf, eventsOf, sameAnswer } from '../support/answers.js';
import { tokenIn, waitForMail } from '../support/mail.js';
import { expectStatus, PASSWORD, Scene } from '../support/scene.js';

let scene: Scene | null = null;
afterEach(async () => {
  await scene?.close();
  scene = null;
});

const person = (email: string) => ({ email, password: PASSWORD, first_name: 'Grace', name: 'Hopper' });

/** A server with this setting, an account by an admin, and an organization that can invite. */
async function open(environment: Record<string, string>) {
  scene = await Scene.open(environment);
  const { api, root, server } = scene;
  const register = (email: string, caller: { auth?: string } = {}) =>
    api.post('/v1/users', person(email), caller);
  expectStatus(201, await register('taken@navy.example', root));
  const organization = expectStatus(201, await api.post('/v1/organizations', { name: 'Navy' }, root)).body;
  const invite = async (email: string) =>
    expectStatus(201, await api.post(`/v1/organizations/${organization.id}/invitations`, { email }, root))
      .body;
  return { api, root, server, register, invite };
}

describe('registration that is closed', () => {
  it('is refused the same for all but admins, and invitations are accepted all the same', async () => {
    const { api, root, server, register, invite } = await open({ REGISTRATION: 'closed' });
    const free = await register('free@navy.example');
    expect(codeOf(free)).toEqual([403, 'registration_closed']);
    expect(free.body.error.param).toBe('email');
    expect(sameAnswer(await register('taken@navy.example'))).toEqual(sameAnswer(free));
    expect(await eventsOf(server, root.auth, free)).toEqual([]);

    await invite('invited@navy.example');
    expect(codeOf(await register('invited@navy.example'))).toEqual([403, 'registration_closed']);
    const token = tokenIn(await waitForMail(server, 'invited@navy.example', 'invitation'), 'invitation');
    const accepting = { token, password: PASSWORD, first_name: 'In', name: 'Vited' };
    expect(expectStatus(200, await api.post('/v1/invitations/accept', accepting)).body.account_created).toBe(
      true,
    );
  });
});

describe('registration by invitation', () => {
  it('is for addresses that are invited at the moment, whether they are taken or not', async () => {
    const { api, root, register, invite } = await open({ REGISTRATION: 'invited' });
    const refused = await register('free@navy.example');
    expect(codeOf(refused)).toEqual([403, 'registration_closed']);
    expect(sameAnswer(await register('taken@navy.example'))).toEqual(sameAnswer(refused));

    await invite('taken@navy.example');
    const { id, organization } = await invite('free@navy.example');
    for (const email of ['free@navy.example', 'FREE@navy.example', 'taken@navy.example'])
      expectStatus(201, await register(email));
    expectStatus(
      200,
      await api.delete(`/v1/organizations/${organization.id}/invitations/${id}`, undefined, root),
    );
    expect(codeOf(await register('free@navy.example'))).toEqual([403, 'registration_closed']);
  });
});

describe('registration by domain', () => {
  it('takes the addresses of its domains only; admins and invitations any', async () => {
    const { api, root, server, register, invite } = await open({
      REGISTRATION_DOMAINS: 'Navy.example, army.example',
    });
    for (const email of ['a@navy.example', 'taken@navy.example', 'B@ARMY.example'])
      expectStatus(201, await register(email));
    for (const email of ['a@sub.navy.example', 'a@navy.example.org', 'a@othernavy.example'])
      expect(codeOf(await register(email))).toEqual([403, 'registration_closed']);
    expectStatus(201, await register('guest@elsewhere.example', root));
    await invite('visitor@elsewhere.example');
    const mail = await waitForMail(server, 'visitor@elsewhere.example', 'invitation');
    const accepting = { token: tokenIn(mail, 'invitation'), password: PASSWORD, first_name: 'V', name: 'W' };
    expectStatus(200, await api.post('/v1/invitations/accept', accepting));
  });
});
