import { TOTP } from 'otpauth';
import { codeOf, eventOf } from '../support/answers.js';
import { bearer } from '../support/client.js';
import { waitForMail } from '../support/mail.js';
import { expectStatus, PASSWORD, type Person, Scene, signIn } from '../support/scene.js';

let scene: Scene;
beforeAll(async () => (scene = await Scene.open()));
afterAll(() => scene?.close());

const PERIOD_MS = 30_000;
/** The code of a secret, `steps` of 30 seconds from now. */
const codeAt = (secret: string, steps: number) =>
  new TOTP({ secret }).generate({ timestamp: Date.now() + steps * PERIOD_MS });

const password = (email: string) => scene.api.post('/v1/sessions', { email, password: PASSWORD });
const finish = (ticket: string, code: string) => scene.api.post('/v1/sessions/totp', { ticket, code });

async function ticketOf({ user }: Person): Promise<string> {
  const answer = await password(user.email);
  expect(codeOf(answer)).toEqual([401, 'totp_required']);
  return answer.body.error.details.ticket;
}

/** Somebody whose sign-in takes a code. The code of the step before now is used up. */
async function protectedPerson(overrides?: Parameters<Scene['person']>[0]) {
  const person = await scene.person(overrides);
  const setup = expectStatus(201, await scene.api.post('/v1/me/totp', undefined, person));
  const { secret, recovery_codes } = setup.body as { secret: string; recovery_codes: string[] };
  expectStatus(200, await scene.api.post('/v1/me/totp/confirm', { code: codeAt(secret, -1) }, person));
  return { person, secret, recovery_codes };
}

describe('setting two-factor sign-in up', () => {
  it('shows secret and recovery codes once, and is on once confirmed', async () => {
    const ada = await scene.person();
    const elsewhere = await signIn(scene.server, ada.user.email, PASSWORD);
    const confirm = (code: string) => scene.api.post('/v1/me/totp/confirm', { code }, ada);
    expect(codeOf(await confirm('287082'))).toEqual([409, 'invalid_transition']);
    const first = expectStatus(201, await scene.api.post('/v1/me/totp', undefined, ada)).body;
    const setup = expectStatus(201, await scene.api.post('/v1/me/totp', undefined, ada));
    expect(setup.headers.get('cache-control')).toBe('no-store');
    const { secret, otpauth_url, recovery_codes } = setup.body;
    expect(new URL(otpauth_url).searchParams.get('secret')).toBe(secret);
    expect(new Set(recovery_codes).size).toBe(10);
    const event = await eventOf(scene.server, scene.root.auth, setup);
    expect(event).toMatchObject({ type: 'user.totp_prepared', subject_user_id: ada.user.id });
    for (const shown of [secret, ...recovery_codes]) expect(JSON.stringify(event)).not.toContain(shown);
    expectStatus(201, await password(ada.user.email));

    expect(codeOf(await confirm(codeAt(first.secret, 0)))).toEqual([400, 'wrong_totp_code']);
    expect(codeOf(await confirm(recovery_codes[0]))).toEqual([400, 'wrong_totp_code']);
    const answer = expectStatus(200, await confirm(codeAt(secret, 0)));
    expect(answer.body).toEqual({ enabled: true });
    expect(await eventOf(scene.server, scene.root.auth, answer)).toMatchObject({
      type: 'user.totp_enabled',
      subject_user_id: ada.user.id,
      changes: { totp_enabled: { before: false, after: true } },
    });
    await waitForMail(scene.server, ada.user.email, null, /turned on/);
    expectStatus(401, await scene.api.get('/v1/me', elsewhere));
    expect(expectStatus(200, await scene.api.get('/v1/me', ada)).body.totp_enabled).toBe(true);
    expect(codeOf(await confirm(codeAt(secret, 1)))).toEqual([409, 'invalid_transition']);
    expect(codeOf(await scene.api.post('/v1/me/totp', undefined, ada))).toEqual([409, 'invalid_transition']);
  });
});

describe('signing in with a code', () => {
  it('takes a ticket and a code, which is good once', async () => {
    const { person, secret } = await protectedPerson();
    const code = codeAt(secret, 0);
    const ticket = await ticketOf(person);
    const answer = expectStatus(201, await finish(ticket, code));
    expect(answer.body).toMatchObject({
      token: expect.stringMatching(/^bws_/),
      user: { id: person.user.id },
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expectStatus(200, await scene.api.get('/v1/me', { auth: bearer(answer.body.token) }));
    expect(await eventOf(scene.server, scene.root.auth, answer)).toMatchObject({
      type: 'user.signed_in',
      actor: { id: person.user.id },
    });
    const again = await finish(await ticketOf(person), code);
    expect(codeOf(again)).toEqual([401, 'invalid_credentials']);
    expect(await eventOf(scene.server, scene.root.auth, again)).toMatchObject({
      type: 'user.sign_in_failed',
      subject_user_id: person.user.id,
    });
    expectStatus(201, await finish(await ticketOf(person), codeAt(secret, 1)));
  });

  it('lets one of many at once in with the same code', async () => {
    const { person, secret } = await protectedPerson();
    const tickets = await Promise.all([1, 2, 3, 4].map(() => ticketOf(person)));
    const code = codeAt(secret, 0);
    const answers = await Promise.all(tickets.map(ticket => finish(ticket, code)));
    expect(answers.map(answer => answer.status).sort()).toEqual([201, 401, 401, 401]);
  });

  it('takes each recovery code once, however it is typed', async () => {
    const { person, recovery_codes } = await protectedPerson();
    const typed = ` ${recovery_codes[3]!.toUpperCase().replace('-', ' ')} `;
    const answer = expectStatus(201, await finish(await ticketOf(person), typed));
    expect(await eventOf(scene.server, scene.root.auth, answer)).toMatchObject({
      changes: { recovery_codes_left: { before: null, after: 9 } },
    });
    expectStatus(401, await finish(await ticketOf(person), recovery_codes[3]!));
    expectStatus(201, await finish(await ticketOf(person), recovery_codes[4]!));
  });

  it('gives a ticket five tries, and counts them as failed sign-ins that a right password does not excuse', async () => {
    const { person, secret } = await protectedPerson();
    for (let round = 0; round < 2; round++) {
      const ticket = await ticketOf(person);
      for (let time = 0; time < 5; time++)
        expect(codeOf(await finish(ticket, 'wrong'))).toEqual([401, 'invalid_credentials']);
      expect(codeOf(await finish(ticket, codeAt(secret, 0)))).toEqual([401, 'invalid_ticket']);
    }
    expect(codeOf(await password(person.user.email))).toEqual([429, 'too_many_attempts']);
  });

  it('refuses tickets that are not its own, or older than the password', async () => {
    const { person, secret } = await protectedPerson();
    const ticket = await ticketOf(person);
    const [body, signature] = ticket.split('.') as [string, string];
    const other = Buffer.from(Buffer.from(body, 'base64url').toString().replace(/^usr/, 'USR')).toString(
      'base64url',
    );
    for (const forged of ['x', '.', `${other}.${signature}`, `${body}.${signature.slice(1)}`])
      expect(codeOf(await finish(forged, codeAt(secret, 0)))).toEqual([401, 'invalid_ticket']);
    const change = { current_password: PASSWORD, new_password: 'eleven purple walruses' };
    expectStatus(200, await scene.api.post('/v1/me/password', change, person));
    expect(codeOf(await finish(ticket, codeAt(secret, 0)))).toEqual([401, 'invalid_ticket']);
  });
});

describe('turning it off', () => {
  it('takes a code, and leaves nothing of it', async () => {
    const { person, secret, recovery_codes } = await protectedPerson();
    const remove = (code: string) => scene.api.delete('/v1/me/totp', { code }, person);
    expect(codeOf(await remove('000000'))).toEqual([400, 'wrong_totp_code']);
    const answer = expectStatus(200, await remove(codeAt(secret, 0)));
    expect(answer.body).toEqual({ enabled: false });
    expect(await eventOf(scene.server, scene.root.auth, answer)).toMatchObject({
      type: 'user.totp_disabled',
    });
    expectStatus(201, await password(person.user.email));
    expect(codeOf(await remove(recovery_codes[0]!))).toEqual([409, 'invalid_transition']);
  });

  it('is for another admin when app and codes are lost', async () => {
    const { person } = await protectedPerson();
    const path = `/v1/users/${person.user.id}/reset-totp`;
    const asked = await scene.api.post(path, {}, scene.root);
    expect(codeOf(asked)).toEqual([428, 'confirmation_required']);
    expect(asked.body.error.details).toMatchObject({ action: 'reset-totp', to: 'two-factor sign-in off' });
    expect(codeOf(await scene.api.post(path, { confirm: true }, person))).toEqual([403, 'permission_denied']);
    const answer = expectStatus(200, await scene.api.post(path, { confirm: true }, scene.root));
    expect(answer.body.totp_enabled).toBe(false);
    expect(await eventOf(scene.server, scene.root.auth, answer)).toMatchObject({
      type: 'user.totp_reset',
      actor: { id: scene.root.user.id },
      subject_user_id: person.user.id,
    });
    expectStatus(401, await scene.api.get('/v1/me', person));
    expectStatus(201, await password(person.user.email));
    expect(codeOf(await scene.api.post(path, { confirm: true }, scene.root))).toEqual([
      409,
      'invalid_transition',
    ]);
    const own = `/v1/users/${scene.root.user.id}/reset-totp`;
    expect(codeOf(await scene.api.post(own, { confirm: true }, scene.root))).toEqual([
      403,
      'permission_denied',
    ]);
  });
});

describe('with REQUIRE_ADMIN_TOTP', () => {
  beforeAll(async () => {
    await scene.close();
    scene = await Scene.open({ REQUIRE_ADMIN_TOTP: 'true' });
  });

  it('an admin without a second factor can only set it up', async () => {
    const { root } = scene;
    const refused = await scene.api.get('/v1/users', root);
    expect(codeOf(refused)).toEqual([403, 'totp_setup_required']);
    expect(codeOf(await scene.api.patch('/v1/me', { name: 'X' }, root))).toEqual([
      403,
      'totp_setup_required',
    ]);
    expectStatus(200, await scene.api.get('/v1/me', root));
    expectStatus(200, await scene.api.get('/v1/sessions', root));
    const { secret } = expectStatus(201, await scene.api.post('/v1/me/totp', undefined, root)).body;
    expectStatus(200, await scene.api.post('/v1/me/totp/confirm', { code: codeAt(secret, 0) }, root));
    expectStatus(200, await scene.api.get('/v1/users', root));
    expectStatus(200, await scene.api.patch('/v1/me', { name: 'Y' }, await scene.person()));
  });
});
