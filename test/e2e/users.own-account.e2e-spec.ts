import { codeOf, eventOf, sameAnswer } from '../support/answers.js';
import { readMails, tokenIn, waitForMail } from '../support/mail.js';
import { expectStatus, PASSWORD, Scene, signIn } from '../support/scene.js';

let scene: Scene;
beforeAll(async () => (scene = await Scene.open()));
afterAll(() => scene?.close());

let number = 0;
const address = () => `moved${++number}@people.example`;
const confirm = (token: string) => scene.api.post('/v1/me/email/confirm', { token });

describe('signing out everywhere', () => {
  it('ends all sessions but this one', async () => {
    const ada = await scene.person();
    const others = [await signIn(scene.server, ada.user.email, PASSWORD)];
    others.push(await signIn(scene.server, ada.user.email, PASSWORD));
    const stranger = await scene.stranger();
    const answer = expectStatus(200, await scene.api.delete('/v1/sessions', undefined, ada));
    expect(answer.body).toEqual({ ended: 2 });
    for (const other of others) expectStatus(401, await scene.api.get('/v1/me', other));
    for (const still of [ada, stranger]) expectStatus(200, await scene.api.get('/v1/me', still));
    expect(await eventOf(scene.server, scene.root.auth, answer)).toMatchObject({
      type: 'session.ended',
      target: { id: 'others', name: '2 other sessions' },
      subject_user_id: ada.user.id,
    });
    expect(expectStatus(200, await scene.api.delete('/v1/sessions', undefined, ada)).body).toEqual({
      ended: 0,
    });
  });

  it('ends this one, too, when asked to', async () => {
    const ada = await scene.person();
    await signIn(scene.server, ada.user.email, PASSWORD);
    const path = '/v1/sessions?including_current=true';
    expect(expectStatus(200, await scene.api.delete(path, undefined, ada)).body).toEqual({ ended: 2 });
    expect(codeOf(await scene.api.get('/v1/me', ada))).toEqual([401, 'invalid_session']);
    const wrong = await scene.api.delete(
      '/v1/sessions?including_current=yes',
      undefined,
      await scene.owner(),
    );
    expect(codeOf(wrong)).toEqual([400, 'validation_failed']);
  });
});

describe('another e-mail address', () => {
  it('is confirmed at the new address, told to the old one, and ends all sessions and links', async () => {
    const ada = await scene.person();
    const email = address();
    const body = { email: email.toUpperCase(), password: PASSWORD };
    const asked = expectStatus(202, await scene.api.post('/v1/me/email', body, ada));
    expect(asked.body).toEqual({ accepted: true });
    expect(await eventOf(scene.server, scene.root.auth, asked)).toMatchObject({
      type: 'user.email_change_requested',
      subject_user_id: ada.user.id,
      changes: { requested_email: { before: null, after: email } },
    });
    const notice = await waitForMail(scene.server, ada.user.email, null, /about to change/);
    expect(notice.text).toContain(email);
    expect(expectStatus(200, await scene.api.get('/v1/me', ada)).body.email).toBe(ada.user.email);
    expectStatus(202, await scene.api.post('/v1/password-resets', { email: ada.user.email }));
    const reset = tokenIn(
      await waitForMail(scene.server, ada.user.email, 'password-reset'),
      'password-reset',
    );

    const token = tokenIn(await waitForMail(scene.server, email, 'email-change'), 'email-change');
    const done = expectStatus(200, await confirm(token));
    expect(done.body).toEqual({ ...ada.user, email });
    expect(await eventOf(scene.server, scene.root.auth, done)).toMatchObject({
      type: 'user.updated',
      actor: { type: 'user', id: ada.user.id },
      changes: { email: { before: ada.user.email, after: email } },
      effects: [{ type: 'session.ended' }],
    });
    expect((await waitForMail(scene.server, ada.user.email, null, /was changed/)).text).toContain(email);
    expect(codeOf(await scene.api.get('/v1/me', ada))).toEqual([401, 'invalid_session']);
    const late = { token: reset, new_password: 'eleven purple walruses' };
    expect(codeOf(await scene.api.post('/v1/password-resets/confirm', late))).toEqual([400, 'invalid_token']);
    expect(sameAnswer(await confirm(token))).toEqual(sameAnswer(await confirm('x'.repeat(43))));

    const former = { email: ada.user.email, password: PASSWORD };
    expectStatus(401, await scene.api.post('/v1/sessions', former));
    expect((await signIn(scene.server, email, PASSWORD)).user.id).toBe(ada.user.id);
    const found = await scene.api.get('/v1/users', { ...scene.root, query: { q: email } });
    expect(found.body.items).toMatchObject([{ id: ada.user.id }]);
    expectStatus(201, await scene.api.post('/v1/users', { ...former, first_name: 'New', name: 'Owner' }));
    await waitForMail(scene.server, ada.user.email, 'activate', /Activate/);
  });

  it('does not tell whether it is taken; taken meanwhile, it stays with who has it', async () => {
    const [ada, bob] = [await scene.person(), await scene.person()];
    const ask = (email: string) => scene.api.post('/v1/me/email', { email, password: PASSWORD }, ada);
    const taken = expectStatus(202, await ask(bob.user.email));
    const email = address();
    expect(sameAnswer(taken)).toEqual(sameAnswer(await ask(email)));
    await waitForMail(scene.server, bob.user.email, null, /already have an account/);
    const token = tokenIn(await waitForMail(scene.server, email, 'email-change'), 'email-change');
    const body = { email, password: PASSWORD, first_name: 'First', name: 'Comer' };
    expectStatus(201, await scene.api.post('/v1/users', body));
    expect(codeOf(await confirm(token))).toEqual([409, 'email_taken']);
    expectStatus(200, await scene.api.get('/v1/me', ada));
  });

  it('takes the present password; a further request and a new password end the link', async () => {
    const ada = await scene.person();
    const ask = (email: string, password = PASSWORD) =>
      scene.api.post('/v1/me/email', { email, password }, ada);
    expect(codeOf(await ask(address(), 'not the password'))).toEqual([400, 'wrong_current_password']);
    expect(codeOf(await ask(ada.user.email))).toEqual([400, 'validation_failed']);
    expect(codeOf(await ask('nowhere'))).toEqual([400, 'validation_failed']);
    const tokens: string[] = [];
    for (const email of [address(), address()]) {
      expectStatus(202, await ask(email));
      tokens.push(tokenIn(await waitForMail(scene.server, email, 'email-change'), 'email-change'));
    }
    expect(codeOf(await confirm(tokens[0]!))).toEqual([400, 'invalid_token']);
    const change = { current_password: PASSWORD, new_password: 'eleven purple walruses' };
    expectStatus(200, await scene.api.post('/v1/me/password', change, ada));
    expect(codeOf(await confirm(tokens[1]!))).toEqual([400, 'invalid_token']);
  });

  it('is confirmed on the page behind the link, where opening it consumes nothing', async () => {
    const ada = await scene.person();
    const email = address();
    expectStatus(202, await scene.api.post('/v1/me/email', { email, password: PASSWORD }, ada));
    const token = tokenIn(await waitForMail(scene.server, email, 'email-change'), 'email-change');
    const page = expectStatus(200, await scene.api.get<string>('/email-change'));
    expect(page.body).toContain('<form method="post" action="email-change">');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const submit = () =>
      scene.api.post<string>('/email-change', new URLSearchParams({ token }).toString(), { headers });
    expect(expectStatus(200, await submit()).body).toContain(email);
    expect(expectStatus(400, await submit()).body).toContain('already used or expired');
  });
});

describe('deleting your own account', () => {
  const remove = (caller: { auth: string }, body: unknown) => scene.api.delete('/v1/me', body, caller);

  it('takes the password and the address, and follows the rules of an admin', async () => {
    const ada = await scene.person();
    const confirmed = { password: PASSWORD, confirm: ada.user.email };
    const wrong = await remove(ada, { ...confirmed, password: 'not the password' });
    expect(codeOf(wrong)).toEqual([400, 'wrong_current_password']);
    const asked = await remove(ada, { password: PASSWORD });
    expect(codeOf(asked)).toEqual([428, 'confirmation_required']);
    expect(asked.body.error.details).toMatchObject({
      action: 'delete',
      from: 'activated',
      to: 'deleted',
      effects: expect.arrayContaining([{ effect: 'sessions_ended', count: 1 }]),
    });
    expect(codeOf(await remove(ada, { ...confirmed, confirm: 'other@people.example' }))).toEqual([
      400,
      'validation_failed',
    ]);
    expect(codeOf(await remove(ada, { ...confirmed, confirm: true }))).toEqual([400, 'validation_failed']);

    const team = await scene.project();
    await scene.member(team, 'member', { person: ada });
    const project = await scene.project({}, ada);
    expect(codeOf(await remove(ada, confirmed))).toEqual([409, 'owner_protected']);
    const gone = { confirm: project.name };
    expectStatus(200, await scene.api.post(`/v1/projects/${project.id}/settings/delete`, gone, ada));

    const answer = expectStatus(200, await remove(ada, confirmed));
    expect(answer.body).toEqual({ id: ada.user.id, deleted: true });
    expect(await eventOf(scene.server, scene.root.auth, answer)).toMatchObject({
      type: 'user.deleted',
      actor: { id: ada.user.id },
      changes: { status: { before: 'activated', after: 'deleted' } },
      effects: expect.arrayContaining([expect.objectContaining({ type: 'member.removed' })]),
    });
    expect(codeOf(await scene.api.get('/v1/me', ada))).toEqual([401, 'invalid_session']);
    expectStatus(401, await scene.api.post('/v1/sessions', { email: ada.user.email, password: PASSWORD }));
    await waitForMail(scene.server, ada.user.email, null, /was deleted/);
    const again = { email: ada.user.email, password: PASSWORD, first_name: 'Ada', name: 'Again' };
    expect(expectStatus(201, await scene.api.post('/v1/users', again)).body.id).not.toBe(ada.user.id);
    const mails = await readMails(scene.server.dataDir);
    expect(mails.filter(({ subject }) => subject === 'Your account was deleted')).toHaveLength(1);
  });

  it('is not for the last platform admin', async () => {
    const { root } = scene;
    const body = { password: root.password, confirm: root.user.email };
    expect(codeOf(await remove(root, body))).toEqual([409, 'last_admin']);
    expectStatus(200, await scene.api.get('/v1/me', root));
  });
});
