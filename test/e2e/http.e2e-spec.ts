import { type Answer, basic, bearer } from '../support/client.js';
import { parseRaw, sendRaw } from '../support/raw-http.js';
import { admin, createKey, createProject, expectStatus, type Person, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

let server: TestServer;
let ada: Person;
let secret: string;
let projectId: string;

beforeAll(async () => {
  server = await startServer();
  ada = await signUp(server);
  projectId = (await createProject(server, ada.auth)).id;
  secret = (await createKey(server, ada.auth, projectId)).secret;
});
afterAll(() => server.stop());

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** That an answer is the error envelope and nothing else. */
function expectEnvelope(answer: Answer, status: number, code: string, type: string) {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(answer.body).toEqual({
    error: {
      code,
      type,
      message: expect.stringMatching(/\S/),
      retryable: false,
      request_id: answer.headers.get('x-request-id'),
      ...(answer.body.error.param === undefined ? {} : { param: expect.any(String) }),
      ...(answer.body.error.details === undefined ? {} : { details: expect.any(Object) }),
    },
  });
  expect(answer.body.error.request_id).toMatch(/^req_[0-9a-z]{26}$/);
}

describe('errors', () => {
  it.each([
    ['GET', '/v1/nothing'],
    ['POST', '/v1/nothing/at/all'],
    ['GET', '/nothing'],
    ['GET', '/v1/me/'],
    ['GET', '/v1/../v1/nothing'],
    ['DELETE', '/v1/me/'],
    ['GET', '/v1/projects//settings'],
    ['GET', '/v1/lookup/'],
  ])('%s %s: there is no such route', async (method, path) => {
    const answer = await server.api.request(method, path, undefined, ada);
    expectEnvelope(answer, 404, 'route_not_found', 'not_found');
  });

  it.each([
    ['DELETE', '/v1/whoami', 'GET, HEAD'],
    ['OPTIONS', '/v1/notifications', 'GET, HEAD'],
    ['PUT', '/v1/projects/prj_nobody?a=b', 'GET, HEAD'],
    ['PUT', '/v1/users/activate', 'GET, HEAD, PATCH, POST'],
    ['POST', '/health/live', 'GET, HEAD'],
  ])('%s %s: not with this method, and Allow says with which', async (method, path, allow) => {
    const answer = await server.api.request(method, path);
    expectEnvelope(answer, 405, 'method_not_allowed', 'bad_request');
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it.each([
    ['/projects', '/v1/projects'],
    [`/V1/Projects/prj_secret/`, '/v1/projects/{id}'],
    ['/v1//me', '/v1/me'],
    ['/v1/me/?a=b', '/v1/me'],
  ])('%s: there is no such route, but %s is', async (path, meant) => {
    const answer = await server.api.get(path, ada);
    expectEnvelope(answer, 404, 'route_not_found', 'not_found');
    expect(answer.body.error.message).toBe(`There is no such route. Did you mean ${meant}?`);
  });

  it('broken JSON is told where it breaks, and is not repeated', async () => {
    const create = (body: string) => server.api.post('/v1/projects', body, ada);
    const answer = await create('{\n  "name": "Weather",\n  "purpose": secret\n}');
    expectEnvelope(answer, 400, 'invalid_json', 'bad_request');
    expect(answer.body.error).toMatchObject({
      message: 'The body is not valid JSON: see line 3, column 14.',
      details: { position: 36, line: 3, column: 14 },
    });
    const cut = await create('{"name": "Wea');
    expect(cut.body.error.details).toEqual({ position: 9, line: 1, column: 10 });
    expectEnvelope(await create('['.repeat(90_000)), 400, 'invalid_json', 'bad_request');
  });

  it('the message names the first field that is wrong, and how many others', async () => {
    const { message } = (await server.api.post('/v1/projects', { country: 'Nowhere' }, ada)).body.error;
    expect(message).toBe('name is missing (and 1 more in details.errors).');
    const one = await server.api.get('/v1/projects', { ...ada, query: { limit: '0' } });
    expect(one.body.error.message).toBe('limit must be at least 1.');
    const long = await server.api.post('/v1/sessions', { ['x'.repeat(50_000)]: 1 });
    expect(long.body.error.message.length).toBeLessThan(200);
  });

  it('a refusal says what would be needed', async () => {
    const events = await server.api.get('/v1/events', ada);
    expect(events.body.error.message).toBe('This is for platform admins, signed in.');
    const log = await server.api.get(`/v1/projects/${projectId}/events`, { auth: basic(secret) });
    expect(log.body.error).toMatchObject({
      message: 'This requires the permission audit:read.',
      details: { permission: 'audit:read' },
    });
  });

  it('every refusal is the envelope, whoever makes it', async () => {
    const { api } = server;
    expectEnvelope(await api.get('/v1/me'), 401, 'missing_api_key', 'auth_error');
    expectEnvelope(await api.get('/v1/events', ada), 403, 'permission_denied', 'permission_denied');
    expectEnvelope(await api.get('/v1/lookup/prj_x', ada), 404, 'not_found', 'not_found');
    expectEnvelope(await api.get(`/v1/lookup/${'x'.repeat(1_001)}`, ada), 404, 'not_found', 'not_found');
    expectEnvelope(await api.post('/v1/users', {}), 400, 'validation_failed', 'bad_request');
    expectEnvelope(await api.post('/v1/users', '{'), 400, 'invalid_json', 'bad_request');
    expectEnvelope(await api.get('/v1/lookup/%ff', ada), 400, 'invalid_encoding', 'bad_request');
    expectEnvelope(await api.get('/v1/%zz'), 400, 'invalid_encoding', 'bad_request');
    const taken = { email: ada.user.email, password: ada.password, first_name: 'A', name: 'L' };
    expectEnvelope(await api.post('/v1/users', taken, await admin(server)), 409, 'email_taken', 'conflict');
    const suspend = await api.post(`/v1/projects/${projectId}/settings/suspend`, {}, ada);
    expectEnvelope(suspend, 428, 'confirmation_required', 'precondition_required');
  });

  it('every answer has a request id of its own, whatever the caller sends', async () => {
    const headers = { 'x-request-id': 'chosen-by-the-caller' };
    const ids = await Promise.all(
      ['/health/live', '/v1/me', '/v1/nothing', '/activate', '/docs', '/docs/openapi.json'].map(
        async path => {
          const answer = await server.api.get(path, { auth: ada.auth, headers });
          return answer.headers.get('x-request-id');
        },
      ),
    );
    for (const id of ids) expect(id).toMatch(/^req_[0-9a-z]{26}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('what is no HTTP gets the envelope, too', async () => {
    const broken = parseRaw(await sendRaw(server.url, 'NONSENSE\r\n\r\n'));
    expect(broken).toMatchObject({ status: 400, body: { error: { code: 'malformed_request' } } });
    expect(broken.headers.get('x-request-id')).toBe(broken.body.error.request_id);
    expect(broken.headers.get('x-content-type-options')).toBe('nosniff');

    const large = `GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(parseRaw(await sendRaw(server.url, large))).toMatchObject({
      status: 431,
      body: { error: { code: 'headers_too_large' } },
    });
    expectStatus(200, await server.api.get('/health/live'));
  });
});

describe('credentials', () => {
  const cases: [string, string | undefined, string][] = [
    ['none', undefined, 'missing_api_key'],
    ['an empty header', '', 'invalid_api_key'],
    ['a scheme alone', 'Basic', 'invalid_api_key'],
    ['another scheme', 'Digest abc', 'invalid_api_key'],
    ['what is no base64', 'Basic ***', 'invalid_api_key'],
    ['Basic without a colon', `Basic ${base64('api-key')}`, 'invalid_api_key'],
    ['an unknown secret', basic('bw_test_00000000000000000000000000000000000000'), 'invalid_api_key'],
    ['an empty secret', basic(''), 'invalid_api_key'],
    ['an unknown session', bearer(`bws_${'x'.repeat(43)}`), 'invalid_session'],
    ['a bearer of neither kind', bearer('abc'), 'invalid_api_key'],
  ];
  it.each(cases)('%s: 401', async (_, authorization, code) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const answer = await server.api.get('/v1/whoami', { headers });
    expectEnvelope(answer, 401, code, 'auth_error');
    expect(answer.headers.get('www-authenticate')).toMatch(
      /^Basic realm="Bailiwick".*Bearer realm="Bailiwick"$/,
    );
  });

  it.each([
    ['a key alone', () => secret, 'A key does not stand alone'],
    ['another scheme', () => `Token ${secret}`, 'takes the schemes Basic and Bearer'],
    ['two tokens', () => `Bearer ${secret} x`, 'one token without spaces'],
    ['what is no base64', () => 'Basic ***', 'base64 of api-key:<secret>'],
    ['the key as user name', () => `Basic ${base64(`${secret}:`)}`, 'and the user name is api-key'],
    [
      'another user name',
      () => `Basic ${base64(`apikey:${secret}`)}`,
      'The user name of Basic Auth is api-key',
    ],
    ['no secret', () => basic(''), 'is empty'],
    ['a mistyped key', () => bearer(secret.replace('bw_test_', 'bw_live_')), 'its checksum does not fit'],
    ['a cut key', () => basic(secret.slice(0, -1)), 'its checksum does not fit'],
    ['a session as key', () => basic(ada.token), 'the token of a session'],
    ['what is neither', () => bearer('abc'), 'keys begin with bw_test_ or bw_live_'],
    ['an unknown key', () => basic('bw_test_00000000000000000000000000000000000000'), /checksum|unknown/],
  ])('%s: the message says what is wrong, and repeats nothing', async (_, header, said) => {
    const { message } = (await server.api.get('/v1/whoami', { auth: header() })).body.error;
    expect(message).toMatch(said);
    expect(message).not.toContain(secret);
  });

  it('a key in a form that is not quite the documented one is refused', async () => {
    const last = secret.at(-1) === 'a' ? 'b' : 'a';
    for (const authorization of [
      `Basic ${base64(`api-key:${secret}:junk`)}`,
      `Basic ${base64(`api_key:${secret}`)}`,
      `Basic ${base64(`API-KEY:${secret}`)}`,
      `Basic ${base64(`:${secret}`)}`,
      `Basic ${base64(` api-key:${secret}`)}`,
      `Basic ${base64(`api-key: ${secret}`)}`,
      `Basic ${base64(`api-key:${secret}\n`)}`,
      `XBasic ${base64(`api-key:${secret}`)}`,
      `BasicX ${base64(`api-key:${secret}`)}`,
      `Basic ${base64(`api-key:${secret}`)} junk`,
      `Basic ${base64(`api-key:${secret}`)}, Bearer ${ada.token}`,
      basic(secret.slice(0, -1) + last),
      basic(secret.toUpperCase()),
      basic(ada.token),
      bearer(`${secret}x`),
      bearer(secret.replace('bw_test_', 'bw_live_')),
    ]) {
      const answer = await server.api.get('/v1/whoami', { auth: authorization });
      expect({ authorization, status: answer.status, code: answer.body.error?.code }).toEqual({
        authorization,
        status: 401,
        code: 'invalid_api_key',
      });
    }
  });

  it('schemes are read in any case, and keys as bearers, too', async () => {
    for (const authorization of [
      basic(secret),
      basic(secret).replace('Basic', 'basic'),
      basic(secret).replace('Basic', 'BASIC'),
      bearer(secret),
      bearer(secret).replace('Bearer', 'bearer'),
    ]) {
      const { body } = expectStatus(200, await server.api.get('/v1/whoami', { auth: authorization }));
      expect(body).toMatchObject({ principal: { type: 'api_key' }, project: { id: projectId } });
    }
    expectStatus(200, await server.api.get('/v1/whoami', { auth: ada.auth.replace('Bearer', 'BEARER') }));
  });

  it('are those of each request, also where several callers share a connection', async () => {
    const other = await createKey(server, ada.auth, projectId, { name: 'Other' });
    const own = await server.api.get('/v1/whoami', { auth: basic(secret) });
    const ask = (auth?: string) =>
      `GET /v1/whoami HTTP/1.1\r\nHost: x\r\n${auth ? `Authorization: ${auth}\r\n` : ''}`;
    const auths = [
      basic(secret),
      basic(other.secret),
      basic(secret),
      undefined,
      'Basic nonsense',
      basic(secret),
    ];
    const last = `${ask(basic(other.secret))}Connection: close\r\n\r\n`;
    const answers = await sendRaw(server.url, auths.map(auth => `${ask(auth)}\r\n`).join('') + last);
    const bodies = [...answers.matchAll(/\r\n\r\n(\{.*?\})(?=HTTP|$)/gs)].map(([, body]) =>
      JSON.parse(body!),
    );
    const mine = own.body.principal.id as string;
    const theirs = other.api_key.id;
    expect(bodies.map(body => body.error?.code ?? body.principal.id)).toEqual([
      ...[mine, theirs, mine, 'missing_api_key', 'invalid_api_key', mine, theirs],
    ]);
  });

  it('public routes do not look at them', async () => {
    expectStatus(200, await server.api.get('/health/live', { auth: 'Basic ***' }));
    expectStatus(
      401,
      await server.api.post('/v1/sessions', { email: 'a@b.example', password: 'x' }, { auth: 'X' }),
    );
  });

  it('a key that is revoked or expired says so, and why it stopped is on the next request', async () => {
    const revoked = await createKey(server, ada.auth, projectId);
    expectStatus(200, await server.api.get('/v1/whoami', { auth: basic(revoked.secret) }));
    await server.api.delete(`/v1/projects/${projectId}/api-keys/${revoked.api_key.id}`, undefined, ada);
    const answer = await server.api.get('/v1/whoami', { auth: basic(revoked.secret) });
    expectEnvelope(answer, 401, 'api_key_revoked', 'auth_error');
    expect(answer.headers.has('www-authenticate')).toBe(true);

    const expires_at = new Date(Date.now() + 300).toISOString();
    const expiring = await createKey(server, ada.auth, projectId, { expires_at });
    const code = await waitFor('the key to expire', async () => {
      const { status, body } = await server.api.get('/v1/whoami', { auth: basic(expiring.secret) });
      return status === 401 && body.error.code;
    });
    expect(code).toBe('api_key_expired');
  });

  it('a key of a deleted project is not known any more', async () => {
    const project = await createProject(server, ada.auth, { name: 'Doomed' });
    const key = await createKey(server, ada.auth, project.id);
    expectStatus(200, await server.api.get('/v1/whoami', { auth: basic(key.secret) }));
    const path = `/v1/projects/${project.id}/settings/delete`;
    expectStatus(200, await server.api.post(path, { confirm: 'Doomed' }, ada));
    const answer = await server.api.get('/v1/whoami', { auth: basic(key.secret) });
    expectEnvelope(answer, 401, 'invalid_api_key', 'auth_error');
  });
});

describe('methods', () => {
  it('HEAD answers as GET does, without the body', async () => {
    const head = await server.api.request('HEAD', '/v1/me', undefined, ada);
    const get = await server.api.get('/v1/me', ada);
    expect(head.status).toBe(200);
    expect(head.body).toBe('');
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
    expect((await server.api.request('HEAD', '/v1/me')).status).toBe(401);
    expect((await server.api.request('HEAD', '/v1/nothing')).status).toBe(404);
  });

  it.each(['GET', 'DELETE'])('an empty JSON body with %s is no body', async method => {
    const headers = { 'content-type': 'application/json' };
    const path = method === 'GET' ? '/v1/me' : '/v1/sessions/ses_01kaj0v7w3m6tn5x9q2e8rfyzd';
    const answer = await server.api.request(method, path, undefined, { auth: ada.auth, headers });
    expect(answer.status).toBe(method === 'GET' ? 200 : 404);
    const raw = await sendRaw(
      server.url,
      `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${ada.auth}\r\nContent-Type: application/json\r\n` +
        'Content-Length: 0\r\nConnection: close\r\n\r\n',
    );
    expect(raw).toMatch(method === 'GET' ? /^HTTP\/1.1 200 / : /^HTTP\/1.1 404 /);
  });

  it('a POST whose body is optional takes none', async () => {
    const { api_key } = await createKey(server, ada.auth, projectId);
    const path = `/v1/projects/${projectId}/api-keys/${api_key.id}/regenerate`;
    expectStatus(200, await server.api.post(path, undefined, ada));
    expectStatus(
      200,
      await server.api.post(path, '', { ...ada, headers: { 'content-type': 'application/json' } }),
    );
  });
});

describe('lists', () => {
  it.each([
    ['limit=0', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=101', 'limit'],
    ['limit=abc', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['limit=99999999999999999999', 'limit'],
    ['page=2', 'page'],
    ['constructor=1', 'constructor'],
    [`cursor=${'x'.repeat(201)}`, 'cursor'],
    ['status=unheard-of', 'status'],
    ['status=new&status=activated', 'status'],
    [`q=${'x'.repeat(201)}`, 'q'],
  ])('refuse ?%s', async (query, param) => {
    const answer = await server.api.get(`/v1/projects?${query}`, ada);
    expectEnvelope(answer, 400, 'validation_failed', 'bad_request');
    expect(answer.body.error.param).toBe(param);
  });

  it.each(['garbage', '=', 'djE6', 'prj_01kaj0v7w3m6tn5x9q2e8rfyzd', '%27', 'djI6cHJqX3g', '🦊'])(
    'refuse the cursor %s, which none of them made',
    async cursor => {
      for (const path of ['/v1/projects', '/v1/organizations', '/v1/sessions']) {
        const answer = await server.api.get(path, { auth: ada.auth, query: { cursor } });
        expect(answer.status).toBe(400);
        expect(['invalid_cursor', 'invalid_encoding']).toContain(answer.body.error.code);
      }
    },
  );

  it('take an empty search for none', async () => {
    const { body } = expectStatus(200, await server.api.get('/v1/projects?q=', ada));
    expect(body.total_count).toBeGreaterThan(0);
  });

  it('have one more page exactly when there is more', async () => {
    const grace = await signUp(server);
    for (let index = 0; index < 4; index++) await createProject(server, grace.auth, { name: `P${index}` });
    const first = (await server.api.get('/v1/projects?limit=4', grace)).body;
    expect(first).toMatchObject({ total_count: 4, has_more: false, next_cursor: null });
    const three = (await server.api.get('/v1/projects?limit=3', grace)).body;
    expect(three).toMatchObject({ total_count: 4, has_more: true, next_cursor: expect.any(String) });
    const { body } = await server.api.get('/v1/projects', {
      auth: grace.auth,
      query: { cursor: three.next_cursor },
    });
    expect(body).toMatchObject({
      total_count: 4,
      has_more: false,
      next_cursor: null,
      items: [{ name: 'P0' }],
    });
  });
});
