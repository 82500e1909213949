import fc from 'fast-check';
import { bearer } from '../support/client.js';
import { operationsOf } from '../support/openapi-arbitraries.js';
import { sendRaw } from '../support/raw-http.js';
import { admin, createProject, expectStatus, type Person, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let ada: Person;
let projectId: string;
let organizationId: string;
beforeAll(async () => {
  server = await startServer();
  ada = await signUp(server);
  ({ id: projectId, organization_id: organizationId } = await createProject(server, ada.auth));
});
afterAll(() => server.stop());

const create = (body: unknown) => server.api.post('/v1/projects', body, ada);
const codeOf = ({ status, body }: { status: number; body: any }) =>
  `${status} ${body.error?.code ?? ''}`.trim();
const nested = (depth: number, core = '1') => '['.repeat(depth) + core + ']'.repeat(depth);

describe('the size of a body', () => {
  const padded = (bytes: number) => {
    const body = JSON.stringify({ name: 'Padded', description: '' });
    return body + ' '.repeat(bytes - body.length);
  };

  it('is 100,000 bytes and not one more', async () => {
    expectStatus(201, await create(padded(100_000)));
    expect(codeOf(await create(padded(100_001)))).toBe('413 body_too_large');
  });

  it('is what arrives, whether it is announced or not, and the server goes on after a refusal', async () => {
    const head = `POST /v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization: ${ada.auth}\r\nContent-Type: application/json\r\n`;
    const chunk = `${(4_000).toString(16)}\r\n${' '.repeat(4_000)}\r\n`;
    const chunked = await sendRaw(
      server.url,
      `${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunk.repeat(26)}0\r\n\r\n`,
    );
    expect(chunked).toMatch(/^HTTP\/1\.1 413 [^]*"body_too_large"/);
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(padded(500_000))));
    expect(answers.map(codeOf)).toEqual(Array(10).fill('413 body_too_large'));
    expectStatus(200, await server.api.get('/v1/me', ada));
  });

  it('counts bytes: a body of fewer characters can be too large', async () => {
    expect(codeOf(await create({ name: 'é'.repeat(50_001) }))).toBe('413 body_too_large');
  });
});

describe('the shape of a body', () => {
  it('is at most twenty levels deep', async () => {
    expect(codeOf(await create(nested(20)))).toBe('400 validation_failed');
    expect(codeOf(await create(nested(21)))).toBe('400 body_too_deep');
    expect(codeOf(await create(nested(21, '')))).toBe('400 body_too_deep');
    const objects = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
    expect(codeOf(await create(objects(20)))).toBe('400 validation_failed');
    expect(codeOf(await create(objects(21)))).toBe('400 body_too_deep');
  });

  it.each([2_000, 49_999])('%i nested arrays break nothing', async depth => {
    expect(codeOf(await create(nested(depth, '')))).toBe('400 body_too_deep');
    expect(codeOf(await create(nested(depth, '').slice(1)))).toBe('400 invalid_json');
  });

  it('is an object, and one that is none is told so once, by every route', async () => {
    const document = expectStatus(200, await server.api.get('/docs/openapi.json')).body;
    const root = await admin(server);
    const ids: [string, string][] = [
      ['/v1/projects', projectId],
      ['/v1/organizations', organizationId],
    ];
    const wrong: unknown[] = [];
    for (const { method, path } of operationsOf(document).filter(operation => operation.body)) {
      const id = ids.find(([start]) => path.startsWith(`${start}/`))?.[1] ?? root.user.id;
      const target = path
        .replace('{id}', id)
        .replace('{action}', 'suspend')
        .replace(/\{.*?\}/g, 'x');
      for (const sent of ['[]', '"text"', '7', 'null']) {
        const answer = await server.api.request(method, target, sent, root);
        const { param, details } = answer.body.error ?? {};
        const told = [answer.status, param, details?.errors.length, details?.errors[0].message].join();
        if (told !== '400,body,1,must be a JSON object') wrong.push([method, path, sent, answer.body]);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has at most a thousand keys, wherever they stand', async () => {
    const keys = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));
    expect(codeOf(await create(keys(1_000)))).toBe('400 validation_failed');
    expect(codeOf(await create(keys(1_001)))).toBe('400 too_many_keys');
    expect(codeOf(await create({ name: [keys(500), keys(501)] }))).toBe('400 too_many_keys');
    const { body } = await create(keys(1_000));
    expect(body.error.details.errors.length).toBeLessThanOrEqual(50);
  });

  it.each(['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])(
    'holds no key %s, however deep',
    async key => {
      expect(codeOf(await create(`{"name":"x","${key}":{"status":"activated"}}`))).toBe('400 forbidden_key');
      expect(codeOf(await create(`{"name":{"a":[{"${key}":1}]}}`))).toBe('400 forbidden_key');
    },
  );
});

describe('the type of a body', () => {
  it.each([
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/problem+json',
    'nonsense',
  ])('is not %s', async type => {
    const answer = await server.api.post('/v1/projects', '{"name":"x"}', {
      ...ada,
      headers: { 'content-type': type },
    });
    expect(codeOf(answer)).toBe('415 unsupported_media_type');
  });

  it('is not a form, which any page could send', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(codeOf(await server.api.post('/v1/projects', 'name=x', { ...ada, headers }))).toBe(
      '415 unsupported_media_type',
    );
    const form = new URLSearchParams({ email: ada.user.email, password: ada.password }).toString();
    expect(codeOf(await server.api.post('/v1/sessions', form, { headers }))).toBe(
      '415 unsupported_media_type',
    );
  });

  it('is JSON with whatever parameters', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expectStatus(201, await server.api.post('/v1/projects', '{"name":"x"}', { ...ada, headers }));
  });
});

describe('characters', () => {
  it.each([
    ['NUL', '{"name":"a\\u0000b"}'],
    ['NUL in a key', '{"a\\u0000b":1}'],
    ['half a surrogate pair', '{"name":"\\ud800"}'],
    ['the other half', '{"name":"x\\udc00y"}'],
    ['halves in the wrong order', '{"name":"\\udc00\\ud800"}'],
    ['half a pair in a key', '{"\\ud800":1}'],
  ])('%s in a body is refused', async (_, body) => {
    expect(codeOf(await create(body))).toBe('400 invalid_encoding');
  });

  it.each([
    ['bytes that are no UTF-8', [0xff, 0xfe]],
    ['an overlong encoding', [0xc0, 0xaf]],
    ['an encoded half surrogate', [0xed, 0xa0, 0x80]],
    ['a character cut off', [0xf0, 0x9f, 0xa6]],
  ])('%s in a body are refused, not replaced', async (_, bytes) => {
    const body = Buffer.concat([Buffer.from('{"name":"a'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(codeOf(await create(new Uint8Array(body)))).toBe('400 invalid_encoding');
  });

  it.each([
    '/v1/projects?q=%00',
    '/v1/projects?q=%ed%a0%80',
    '/v1/projects?q=%',
    '/v1/projects?%00=x',
    '/v1/lookup/%00',
    '/v1/lookup/%ed%a0%80',
    '/v1/lookup/%zz',
    '/v1/projects/%c0%af/settings',
    '/docs/%00',
    '/%',
  ])('%s is refused', async path => {
    expect(codeOf(await server.api.get(path, ada))).toBe('400 invalid_encoding');
  });

  /** Strings as people and machines send them: all of Unicode, and what databases like to change. */
  const anyString = (max: number) =>
    fc
      .oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: max }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: max }),
        fc.string({
          unit: fc.constantFrom(
            ' ',
            '\t',
            '\n',
            '\r',
            "'",
            '"',
            '\\',
            '%',
            '_',
            '`',
            '\u00e9',
            'e\u0301',
            'İ',
            'ß',
            'ﬁ',
            'ﷺ',
            '\u200b',
            '\u202e',
            '\ufeff',
            '🦊',
            '👩‍👩‍👧',
            '𝔘',
          ),
          minLength: 1,
          maxLength: max,
        }),
      )
      .filter(value => value.length <= max && !value.includes('\0') && /\S/.test(value));

  it('every other string comes back exactly as it was sent, and is found by itself', async () => {
    await fc.assert(
      fc.asyncProperty(anyString(100), anyString(400), async (name, description) => {
        const made = expectStatus(201, await create({ name, description })).body;
        expect({ name: made.name, description: made.description }).toEqual({ name, description });
        const { project } = expectStatus(200, await server.api.get(`/v1/projects/${made.id}`, ada)).body;
        expect({ name: project.name, description: project.description }).toEqual({ name, description });
        const found = await server.api.get('/v1/projects', { auth: ada.auth, query: { q: name, limit: 1 } });
        expect(expectStatus(200, found).body.items[0].id).toBe(made.id);
      }),
      { numRuns: 60 },
    );
  });

  it('and so in the event log', async () => {
    await fc.assert(
      fc.asyncProperty(anyString(100), async name => {
        const path = `/v1/projects/${projectId}`;
        const before = (await server.api.get(path, ada)).body.project.name;
        fc.pre(before !== name);
        expectStatus(200, await server.api.patch(`${path}/settings`, { name, confirm: true }, ada));
        const { items } = expectStatus(200, await server.api.get(`${path}/events?limit=1`, ada)).body;
        expect(items[0]).toMatchObject({ target: { name }, changes: { name: { before, after: name } } });
      }),
      { numRuns: 30 },
    );
  });

  it('no header can carry anything into an answer', async () => {
    const headers = {
      'user-agent': 'x'.repeat(8_000),
      'idempotency-key': 'k'.repeat(256),
      referer: 'javascript:alert(1)',
    };
    expect(codeOf(await server.api.post('/v1/projects', { name: 'x' }, { ...ada, headers }))).toBe(
      '400 invalid_idempotency_key',
    );
    const { 'idempotency-key': _, ...others } = headers;
    expectStatus(
      201,
      await server.api.post('/v1/projects', { name: 'x' }, { auth: ada.auth, headers: others }),
    );
    expectStatus(401, await server.api.get('/v1/me', { auth: bearer('é') }));
  });
});
