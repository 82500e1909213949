import { basic } from '../support/client.js';
import { parseRaw, sendRaw } from '../support/raw-http.js';
import { admin, createKey, createProject, expectStatus, type Person, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let ada: Person;
beforeAll(async () => {
  server = await startServer();
  ada = await signUp(server);
});
afterAll(() => server.stop());

describe('security headers', () => {
  const answers: [string, () => Promise<{ status: number; headers: Headers }>][] = [
    ['JSON', () => server.api.get('/v1/me', ada)],
    ['a creation', () => server.api.post('/v1/projects', { name: 'x' }, ada)],
    ['400', () => server.api.post('/v1/users', {})],
    ['401', () => server.api.get('/v1/me')],
    ['403', () => server.api.get('/v1/events', ada)],
    ['404 of a route', () => server.api.get('/nothing')],
    ['404 of an id', () => server.api.get('/v1/projects/prj_x', ada)],
    ['413', () => server.api.post('/v1/users', 'x'.repeat(100_001))],
    ['415', () => server.api.post('/v1/users', 'x', { headers: { 'content-type': 'text/plain' } })],
    ['an unreadable URL', () => server.api.get('/v1/%zz')],
    ['what is no HTTP', async () => parseRaw(await sendRaw(server.url, 'NONSENSE\r\n\r\n'))],
    ['a page', () => server.api.get('/activate')],
    ['a page that refuses', () => server.api.post('/activate', { token: 'x' })],
    ['the docs', () => server.api.get('/docs')],
    ['the OpenAPI document', () => server.api.get('/docs/openapi.json')],
    ['a script of the docs', () => server.api.get('/docs/swagger-ui-bundle.js')],
    ['health', () => server.api.get('/health/live')],
  ];
  it.each(answers)('stand on %s', async (_, ask) => {
    const { headers } = await ask();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-request-id')).toMatch(/^req_/);
    expect(headers.has('x-powered-by')).toBe(false);
    expect(headers.has('server')).toBe(false);
    // Over plain HTTP it would be ignored; see below.
    expect(headers.has('strict-transport-security')).toBe(false);
  });

  it('the docs may run their own scripts and nothing else', async () => {
    const { headers } = expectStatus(200, await server.api.get('/docs'));
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(policy).toContain("connect-src 'self'");
  });

  it('what holds a credential is stored by nobody', async () => {
    const root = await admin(server);
    const project = await createProject(server, ada.auth);
    const { api_key } = await createKey(server, ada.auth, project.id);
    const keys = `/v1/projects/${project.id}/api-keys`;
    for (const answer of [
      expectStatus(
        201,
        await server.api.post('/v1/sessions', { email: root.user.email, password: root.password }),
      ),
      expectStatus(201, await server.api.post(keys, { name: 'x' }, ada)),
      expectStatus(200, await server.api.post(`${keys}/${api_key.id}/regenerate`, {}, ada)),
      await server.api.post('/v1/sessions', { email: 'nobody@nowhere.example', password: 'x' }),
    ]) {
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });
});

describe('CORS', () => {
  const preflight = (to: TestServer, origin: string) =>
    to.api.request('OPTIONS', '/v1/me', undefined, {
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization',
      },
    });
  const headerList = (headers: Headers, name: string) => headers.get(name)?.toLowerCase().split(/, */) ?? [];
  const allowed = ({ headers }: { headers: Headers }) => headers.get('access-control-allow-origin');

  it('is off unless configured', async () => {
    const answer = await preflight(server, 'https://console.example.com');
    expect(answer.status).toBe(405);
    expect(allowed(answer)).toBeNull();
    const simple = await server.api.get('/v1/me', {
      auth: ada.auth,
      headers: { origin: 'https://console.example.com' },
    });
    expect(simple.status).toBe(200);
    expect(allowed(simple)).toBeNull();
  });

  describe('when configured, and behind TLS', () => {
    let configured: TestServer;
    beforeAll(async () => {
      configured = await startServer({
        CORS_ORIGINS: 'https://console.example.com,https://admin.example.com:8443',
        PUBLIC_URL: 'https://api.example.com/',
      });
    });
    afterAll(() => configured.stop());

    it.each(['https://console.example.com', 'https://admin.example.com:8443'])('lets %s in', async origin => {
      const answer = await preflight(configured, origin);
      expect(answer.status).toBe(204);
      expect(allowed(answer)).toBe(origin);
      expect(answer.headers.get('access-control-allow-methods')).toContain('PATCH');
      expect(answer.headers.get('access-control-allow-headers')).toContain('authorization');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      const refused = await configured.api.get('/v1/me', { headers: { origin } });
      expect(refused.status).toBe(401);
      expect(allowed(refused)).toBe(origin);
      expect(refused.headers.get('access-control-expose-headers')).toContain('X-Request-Id');
      expect(refused.headers.get('vary')).toContain('Origin');
    });

    it('lets pages send every header the API takes', async () => {
      const { headers } = await configured.api.request('OPTIONS', '/v1/projects', undefined, {
        headers: {
          origin: 'https://console.example.com',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,idempotency-key',
        },
      });
      expect(headerList(headers, 'access-control-allow-headers')).toEqual(
        expect.arrayContaining(['authorization', 'content-type', 'idempotency-key']),
      );
      expect(headerList(headers, 'access-control-allow-methods')).toContain('post');
    });

    it('lets pages read every header of an answer that says something of it', async () => {
      const ours = /^(x-|ratelimit|retry-after$|www-authenticate$|idempotent-)/;
      const owner = await signUp(configured);
      const project = await createProject(configured, owner.auth);
      const { secret } = await createKey(configured, owner.auth, project.id);
      const idempotent = { auth: owner.auth, headers: { 'idempotency-key': 'once' } };
      const create = () => configured.api.post('/v1/projects', { name: 'Twice' }, idempotent);
      await create();
      const answers = {
        key: await configured.api.get('/v1/whoami', { auth: basic(secret) }),
        replay: await create(),
        refusal: await configured.api.get('/v1/me'),
      };
      expect(answers.key.headers.has('ratelimit')).toBe(true);
      expect(answers.replay.headers.has('idempotent-replayed')).toBe(true);
      expect(answers.refusal.headers.has('www-authenticate')).toBe(true);
      const origin = 'https://console.example.com';
      const { headers } = await configured.api.get('/health/live', { headers: { origin } });
      const exposed = headerList(headers, 'access-control-expose-headers');
      const sent = Object.values(answers).flatMap(answer => [...answer.headers.keys()]);
      const security = ['x-content-type-options', 'x-frame-options'];
      const read = sent.filter(name => ours.test(name) && !security.includes(name));
      expect(exposed).toEqual(expect.arrayContaining([...read, 'retry-after']));
    });

    it.each([
      'https://console.example.com.evil.example',
      'http://console.example.com',
      'https://console.example.com:8443',
      'https://example.com',
      'null',
    ])('does not let %s in', async origin => {
      expect(allowed(await preflight(configured, origin))).toBeNull();
      expect(allowed(await configured.api.get('/health/live', { headers: { origin } }))).toBeNull();
    });

    it('tells browsers to come by TLS only, on every kind of answer', async () => {
      for (const path of ['/health/live', '/v1/me', '/nothing', '/activate', '/docs', '/v1/%zz']) {
        const { headers } = await configured.api.get(path);
        expect({ path, hsts: headers.get('strict-transport-security') }).toEqual({
          path,
          hsts: expect.stringContaining('max-age=31536000'),
        });
      }
    });

    it('writes links with the public address', async () => {
      const { config } = configured;
      expect(config.publicUrl).toBe('https://api.example.com');
    });
  });
});
