import { gzipSync } from 'node:zlib';
import {
  admin,
  createKey,
  createProject,
  expectStatus,
  type Person,
  signIn,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

/** What operators and developers type in forms that are right, or nearly so. */
let server: TestServer;
let ada: Person;
let project: string;
const keys = () => `/v1/projects/${project}/api-keys`;

beforeAll(async () => {
  server = await startServer({ PUBLIC_URL: 'https://console.example.com/bailiwick' });
  ada = await signUp(server);
  project = (await createProject(server, ada.auth)).id;
});
afterAll(() => server.stop());

describe('an address', () => {
  it('is shown as its network, in the canonical form', async () => {
    const allowed_ips = ['203.0.113.7/24', '2001:DB8:0::1', '::ffff:192.0.2.1', '198.51.100.9'];
    const { api_key } = await createKey(server, ada.auth, project, { allowed_ips });
    expect(api_key.allowed_ips).toEqual(['203.0.113.0/24', '2001:db8::1', '192.0.2.1', '198.51.100.9']);
  });

  it.each([
    '192.168/16',
    '010.0.0.0/8',
    '0x0a.0.0.0/8',
    '3232235521/32',
    '127.1',
    '10.0.0.0/08',
    'fe80::1%eth0',
  ])('is not %s, which programs read differently', async entry => {
    const answer = await server.api.post(keys(), { name: 'Script', allowed_ips: [entry] }, ada);
    expect(answer.body.error).toMatchObject({ code: 'validation_failed', param: 'allowed_ips.0' });
  });

  it('to explain a request from is read by the same rule', async () => {
    const { api_key } = await createKey(server, ada.auth, project, { allowed_ips: ['192.0.2.1'] });
    const explain = (ip: string) => server.api.post(`${keys()}/${api_key.id}/explain`, { ip }, ada);
    expect((await explain('::ffff:192.0.2.1')).body.allowed).toBe(true);
    expect(expectStatus(400, await explain('0300.0.2.1')).body.error.param).toBe('ip');
  });
});

describe('a domain', () => {
  const create = (entry: string) => server.api.post(keys(), { name: 'Site', allowed_domains: [entry] }, ada);

  it.each(['123', '0x7f.1', '127.1', '0177.0.0.1', '2130706433', '1.2.3.4.', '123:8080'])(
    'is not %s, which browsers take for an address',
    async entry => {
      expect(expectStatus(400, await create(entry)).body.error.param).toBe('allowed_domains.0');
    },
  );

  it.each(['127.0.0.1', '192.0.2.7:8080', '123.example', '0x7f.example'])('may be %s', async entry => {
    expect(expectStatus(201, await create(entry)).body.api_key.allowed_domains).toEqual([entry]);
  });
});

describe('an e-mail address', () => {
  const invite = (email: string) => server.api.post(`/v1/projects/${project}/invitations`, { email }, ada);

  it.each([
    'a&b@x.example',
    'user/name@x.example',
    'a#b@x.example',
    'u@xn--e1afmkfd.xn--p1ai',
    "o'neil+1@x.example",
  ])('may be %s', async email => {
    expect(expectStatus(201, await invite(email)).body.email).toBe(email);
  });

  it.each(['u@a-.com', 'u@-a.com', 'u@a..com', '@x.example', 'two@at@x.example', 'a b@x.example'])(
    'is not %s',
    async email => {
      expect(expectStatus(400, await invite(email)).body.error.param).toBe('email');
    },
  );
});

describe('an instant', () => {
  it.each([
    ['2094-01-01T00:00:00+00:00', '2094-01-01T00:00:00.000Z'],
    ['2094-01-01T05:30:00.123456+05:30', '2094-01-01T00:00:00.123Z'],
    ['2093-12-31t19:00:00-05:00', '2094-01-01T00:00:00.000Z'],
    ['2094-01-01T00:00:00Z', '2094-01-01T00:00:00.000Z'],
  ])('is taken as %s and answered in UTC', async (expires_at, utc) => {
    expect((await createKey(server, ada.auth, project, { expires_at })).api_key.expires_at).toBe(utc);
  });

  it.each([
    '2094-02-30T00:00:00Z',
    '2094-01-01',
    '2094-01-01T00:00:00',
    '2094-01-01T00:00:00+24:00',
    'tomorrow',
  ])('is not %s', async expires_at => {
    const answer = await server.api.post(keys(), { name: 'Script', expires_at }, ada);
    expect(expectStatus(400, answer).body.error.param).toBe('expires_at');
  });

  it('filters with an offset, also where the plus of a query string was not escaped', async () => {
    const events = (query: string) => server.api.get(`/v1/projects/${project}/events?${query}`, ada);
    expect((await events('from=2020-01-01T00:00:00%2B02:00')).body.items).not.toEqual([]);
    expect((await events('from=2020-01-01T00:00:00+02:00')).body.items).not.toEqual([]);
    expect((await events('from=2094-01-01T00:00:00+02:00')).body.items).toEqual([]);
  });
});

it('a password fits however its characters are composed', async () => {
  const composed = 'Ünïcödé crème brûlée'.normalize('NFC');
  const grace = await signUp(server, { password: composed });
  await signIn(server, grace.user.email, composed.normalize('NFD'));
  const other = composed.normalize('NFD').replace('creme', 'cream');
  const answer = await server.api.post('/v1/sessions', { email: grace.user.email, password: `${other}!` });
  expectStatus(401, answer);
});

describe('a body', () => {
  const project = { name: 'Marked', country: 'DE' };
  const send = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    server.api.post('/v1/projects', body, {
      ...ada,
      headers: { 'content-type': 'application/json', ...headers },
    });

  it('may begin with a byte order mark', async () => {
    expect(expectStatus(201, await send(`\ufeff${JSON.stringify(project)}`)).body.name).toBe('Marked');
    expect(expectStatus(400, await send(`{"name":\ufeff"x"}`)).body.error.code).toBe('invalid_json');
  });

  it('is refused when it is compressed, saying so', async () => {
    const zipped = new Uint8Array(gzipSync(JSON.stringify(project)));
    const { error } = expectStatus(415, await send(zipped, { 'content-encoding': 'gzip' })).body;
    expect(error).toMatchObject({
      code: 'unsupported_media_type',
      message: expect.stringContaining('Content-Encoding'),
    });
    expectStatus(201, await send(JSON.stringify(project), { 'content-encoding': 'identity' }));
  });

  it('is the same under an Idempotency-Key in another order of its keys', async () => {
    const headers = { 'idempotency-key': 'ordered' };
    const first = expectStatus(201, await send('{"name":"Ordered","country":"DE"}', headers));
    const second = expectStatus(201, await send('{ "country": "DE", "name": "Ordered" }', headers));
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expectStatus(422, await send('{"name":"Ordered","country":"FR"}', headers));
  });
});

it('a rename to the same name is no rename in the event log', async () => {
  const { id, name } = await createProject(server, ada.auth, { name: 'Steady' });
  expectStatus(200, await server.api.patch(`/v1/projects/${id}/settings`, { name, confirm: true }, ada));
  const { items } = (await server.api.get(`/v1/projects/${id}/events`, ada)).body;
  expect(items[0]).toMatchObject({ type: 'project.updated', changes: {} });
});

describe('a search', () => {
  it.each([
    ['İstanbul', 'istanbul'],
    ['Löwenthal', 'lowenthal'],
    ['Łódź', 'LODZ'],
    ['Straße', 'strasse'],
    ['Ærø', 'aero'],
    ['Ελλάς', 'ελλασ'],
  ])('finds %s by %s, and by itself', async (name, q) => {
    const { id } = await createProject(server, ada.auth, { name });
    const found = async (query: string) =>
      (await server.api.get('/v1/projects', { ...ada, query: { q: query } })).body.items.map(
        (item: any) => item.id,
      );
    expect(await found(q)).toContain(id);
    expect(await found(name)).toContain(id);
  });

  it.each(['\u0301', '\u0300\u036f'])('for nothing but accents is refused: %j', async q => {
    for (const path of [keys(), '/v1/projects', `/v1/projects/${project}/members`]) {
      const answer = await server.api.get(path, { ...ada, query: { q } });
      expect(expectStatus(400, answer).body.error).toMatchObject({ code: 'validation_failed', param: 'q' });
    }
  });

  it('finds people in spite of accents, too', async () => {
    const root = await admin(server);
    const { user } = await signUp(server, { first_name: 'Zoë', name: 'Brontë' });
    const { items } = (await server.api.get('/v1/users', { ...root, query: { q: 'zoe bronte' } })).body;
    expect(items.map((item: any) => item.id)).toEqual([user.id]);
  });
});

describe('below a path of PUBLIC_URL', () => {
  it.each(['activate', 'password-reset', 'invitation'])(
    'the form of /%s posts beside its page',
    async page => {
      const { body } = await server.api.get<string>(`/${page}`);
      const actions = [...body.matchAll(/action="([^"]*)"/g)].map(([, action]) => action!);
      expect(actions).not.toEqual([]);
      for (const action of actions) {
        const target = new URL(action, `https://console.example.com/bailiwick/${page}`);
        expect(target.pathname).toMatch(/^\/bailiwick\/(activate|password-reset|invitation(\/decline)?)$/);
      }
    },
  );

  it('the OpenAPI document says where the API is', async () => {
    const { servers } = (await server.api.get('/docs/openapi.json')).body;
    expect(servers.map(({ url }: any) => url)).toEqual([
      '/bailiwick',
      'https://console.example.com/bailiwick',
    ]);
  });
});
