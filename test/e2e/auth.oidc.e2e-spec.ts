import { codeOf, eventOf } from '../support/answers.js';
import { type Answer, bearer } from '../support/client.js';
import {
  type Claims,
  type IdentityProvider,
  OIDC_CLIENT,
  startIdentityProvider,
} from '../support/identity-provider.js';
import { expectStatus, PASSWORD, Scene } from '../support/scene.js';

// Nobody listens there: the tests follow the way back to the server themselves.
const PUBLIC_URL = 'http://console.example/tools';
const CALLBACK = `${PUBLIC_URL}/auth/oidc/callback`;

let provider: IdentityProvider;
let scene: Scene;
beforeAll(async () => {
  provider = await startIdentityProvider(CALLBACK);
});
afterAll(() => provider?.stop());
const open = async (more: Record<string, string> = {}) =>
  (scene = await Scene.open({ PUBLIC_URL, OIDC_ISSUER: provider.issuer, ...OIDC_CLIENT, ...more }));

const start = () => scene.api.get<string>('/auth/oidc/start');
const cookieOf = (headers: Headers) => headers.getSetCookie().map(cookie => cookie.split(';')[0]!);

/** Goes to the provider and back as a browser does; answers the query it comes back with. */
async function visit(location: string): Promise<string> {
  const jar = new Map<string, string>();
  for (let url = location; ;) {
    if (url.startsWith(CALLBACK)) return new URL(url).search;
    const cookie = [...jar].map(pair => pair.join('=')).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const set of cookieOf(response.headers)) {
      const at = set.indexOf('=');
      jar.set(set.slice(0, at), set.slice(at + 1));
    }
    const next = response.headers.get('location');
    if (!next) throw new Error(`the provider answered ${response.status}: ${await response.text()}`);
    url = new URL(next, url).href;
  }
}

const callback = (query: string, cookie: string) =>
  scene.api.get<string>(`/auth/oidc/callback${query}`, { headers: { cookie } });

/** Signs the person in with the provider. */
async function signIn(person: Claims): Promise<Answer<string>> {
  provider.person = person;
  const { headers } = expectStatus(302, await start());
  return callback(await visit(headers.get('location')!), cookieOf(headers)[0]!);
}

const tokenIn = ({ body }: Answer<string>) => /value="(bws_[\w-]{43})"/.exec(body)![1]!;
const me = async (answer: Answer<string>) =>
  expectStatus(200, await scene.api.get('/v1/me', { auth: bearer(tokenIn(answer)) })).body;

describe('signing in with a provider', () => {
  beforeAll(() => open());
  afterAll(() => scene.close());

  it('sends people away with PKCE, state and nonce', async () => {
    const { headers } = expectStatus(302, await start());
    const url = new URL(headers.get('location')!);
    expect(url.origin).toBe(provider.issuer);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: OIDC_CLIENT.OIDC_CLIENT_ID,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid email profile',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      state: expect.any(String),
      nonce: expect.any(String),
    });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('set-cookie')).toMatch(
      /^bailiwick_oidc=[\w-]+; Path=\/tools\/auth\/oidc; Max-Age=600; HttpOnly; SameSite=Lax$/,
    );
  });

  it('makes an account for a verified address, and finds it again', async () => {
    const person = {
      email: 'Ada@People.example',
      email_verified: true,
      given_name: 'Ada',
      family_name: 'Lovelace',
    };
    const answer = expectStatus(200, await signIn(person));
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
    const user = await me(answer);
    expect(user).toMatchObject({
      email: 'ada@people.example',
      first_name: 'Ada',
      name: 'Lovelace',
      status: 'activated',
      platform_role: 'user',
    });
    const event = await eventOf(scene.server, scene.root.auth, answer);
    expect(event).toMatchObject({
      type: 'user.signed_in',
      actor: { id: user.id },
      changes: { with: { before: null, after: 'oidc' } },
    });
    expect(event.effects.map((effect: any) => effect.type)).toContain('user.created');
    expect((await me(expectStatus(200, await signIn(person)))).id).toBe(user.id);
  });

  it('finds accounts by their address, and takes one over that nobody ever activated', async () => {
    const bob = await scene.person();
    expect((await me(await signIn({ email: bob.user.email, email_verified: true }))).id).toBe(bob.user.id);
    const planted = { email: 'planted@people.example', password: PASSWORD, first_name: 'M', name: 'Mallory' };
    expectStatus(201, await scene.api.post('/v1/users', planted));
    const owner = { email: planted.email, email_verified: true, given_name: 'True', family_name: 'Owner' };
    expect(await me(await signIn(owner))).toMatchObject({ first_name: 'True', status: 'activated' });
    expect(codeOf(await scene.api.post('/v1/sessions', planted))[0]).not.toBe(201);
    const { email, password } = planted;
    expect(codeOf(await scene.api.post('/v1/sessions', { email, password }))).toEqual([
      401,
      'invalid_credentials',
    ]);
  });

  it('refuses addresses that are not verified, and suspended accounts', async () => {
    for (const person of [{ email: 'eve@people.example', email_verified: false }, { email_verified: true }])
      expect(expectStatus(403, await signIn(person)).body).toContain('verified');
    const found = await scene.api.get('/v1/users', { ...scene.root, query: { q: 'eve@people.example' } });
    expect(found.body.items).toEqual([]);

    const carl = await scene.person();
    const suspend = `/v1/users/${carl.user.id}/suspend`;
    expectStatus(200, await scene.api.post(suspend, { confirm: true }, scene.root));
    const refused = expectStatus(403, await signIn({ email: carl.user.email, email_verified: true }));
    expect(refused.body).toContain('suspended');
    expect(await eventOf(scene.server, scene.root.auth, refused)).toMatchObject({
      type: 'user.sign_in_failed',
      subject_user_id: carl.user.id,
    });
  });

  it('asks for no second factor', async () => {
    const dora = await scene.person();
    const { secret } = expectStatus(201, await scene.api.post('/v1/me/totp', undefined, dora)).body;
    const { TOTP } = await import('otpauth');
    const code = new TOTP({ secret }).generate();
    expectStatus(200, await scene.api.post('/v1/me/totp/confirm', { code }, dora));
    expect((await me(await signIn({ email: dora.user.email, email_verified: true }))).id).toBe(dora.user.id);
  });

  it('takes the way back from the browser that went, once, and from no other', async () => {
    provider.person = { email: 'fay@people.example', email_verified: true };
    const one = expectStatus(302, await start()).headers;
    const other = expectStatus(302, await start()).headers;
    const query = await visit(one.get('location')!);
    const [own, foreign] = [cookieOf(one)[0]!, cookieOf(other)[0]!];
    for (const cookie of ['', 'bailiwick_oidc=x', foreign]) expectStatus(400, await callback(query, cookie));
    expectStatus(400, await callback('', own));
    expectStatus(
      400,
      await callback(`?error=access_denied&state=${new URLSearchParams(query).get('state')}`, own),
    );
    expectStatus(400, await callback(query.replace(/code=[^&]+/, 'code=forged'), own));
    expectStatus(200, await callback(query, own));
    expectStatus(400, await callback(query, own));
  });
});

describe('with PASSWORD_LOGIN=false and registration by invitation', () => {
  beforeAll(() => open({ PASSWORD_LOGIN: 'false', REGISTRATION: 'invited' }));
  afterAll(() => scene.close());

  it('only the first admin has a password, and only who is invited gets an account', async () => {
    const { api, root } = scene;
    const body = { email: 'gil@people.example', password: PASSWORD, first_name: 'Gil', name: 'G' };
    const { id } = expectStatus(201, await api.post('/v1/users', body, root)).body;
    const attempt = (password: string) => api.post('/v1/sessions', { email: body.email, password });
    expect(codeOf(await attempt(PASSWORD))).toEqual([403, 'password_login_off']);
    expect(codeOf(await attempt('not the password'))).toEqual([401, 'invalid_credentials']);
    expectStatus(200, await api.patch(`/v1/users/${id}`, { platform_role: 'admin' }, root));
    expect(codeOf(await attempt(PASSWORD))).toEqual([403, 'password_login_off']);
    expectStatus(201, await api.post('/v1/sessions', { email: root.user.email, password: root.password }));
    expect((await me(await signIn({ email: body.email, email_verified: true }))).id).toBe(id);

    const stranger = { email: 'hal@people.example', email_verified: true };
    expect(expectStatus(403, await signIn(stranger)).body).toContain('not open');
    const organization = expectStatus(201, await api.post('/v1/organizations', { name: 'Navy' }, root)).body;
    const inviting = `/v1/organizations/${organization.id}/invitations`;
    expectStatus(201, await api.post(inviting, { email: stranger.email }, root));
    expectStatus(200, await signIn(stranger));
  });
});

describe('without a provider', () => {
  afterEach(() => scene.close());

  it('one that is away is a 503, and the server goes on', async () => {
    await open({ OIDC_ISSUER: 'http://127.0.0.1:9' });
    const answer = expectStatus(503, await start());
    expect(answer.body).toContain('cannot be reached');
    expectStatus(200, await scene.api.get('/health/live'));
    expectStatus(503, await start());
  });

  it('none is a 404', async () => {
    scene = await Scene.open();
    expectStatus(404, await start());
    expectStatus(404, await callback('?code=x&state=y', 'bailiwick_oidc=x'));
  });
});
