import { ERROR_CODES } from '../../src/kernel/errors/error-codes.js';
import { expectStatus } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

let server: TestServer;
let document: any;
let operations: { at: string; path: string; operation: any }[];
beforeAll(async () => {
  server = await startServer();
  document = expectStatus(200, await server.api.get('/docs/openapi.json')).body;
  operations = Object.entries<any>(document.paths).flatMap(([path, item]) =>
    METHODS.filter(method => item[method]).map(method => ({
      at: `${method.toUpperCase()} ${path}`,
      path,
      operation: item[method],
    })),
  );
});
afterAll(() => server.stop());

/** Every object inside a value, the value included. */
function* inside(value: unknown): Generator<Record<string, any>> {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value)) yield value as Record<string, any>;
  for (const child of Object.values(value)) yield* inside(child);
}

const pointTo = (pointer: string) =>
  pointer
    .slice(2)
    .split('/')
    .map(part => decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~'))
    .reduce((node: any, part) => node?.[part], document);

/** A node itself, or what it refers to. */
const resolve = (node: any): any => (node?.$ref === undefined ? node : resolve(pointTo(node.$ref)));

/** The operations for which `isWrong` finds something, with what it found. */
function wrong(isWrong: (operation: any, path: string) => unknown): unknown[] {
  return operations
    .map(({ at, path, operation }) => [at, isWrong(operation, path)])
    .filter(([, found]) => (Array.isArray(found) ? found.length : found));
}

/** A schema and all below it, through references. */
function* below(schema: any, seen = new Set<unknown>()): Generator<Record<string, any>> {
  const target = resolve(schema);
  if (target === null || typeof target !== 'object' || seen.has(target)) return;
  seen.add(target);
  yield target;
  for (const child of Object.values(target)) yield* below(child, seen);
}

describe('the OpenAPI document', () => {
  it('is 3.1 and describes the API', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'Bailiwick', version: expect.any(String) });
    expect(operations.length).toBeGreaterThan(30);
  });

  it('refers to nothing that is not there', () => {
    const references = [...inside(document)].map(node => node.$ref).filter(ref => typeof ref === 'string');
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter(ref => !ref.startsWith('#/') || pointTo(ref) === undefined)).toEqual([]);
  });

  it('has no component that nothing uses', () => {
    const used = new Set([...inside(document)].map(node => node.$ref));
    const unused = Object.entries<object>(document.components)
      .filter(([kind]) => kind !== 'securitySchemes')
      .flatMap(([kind, components]) => Object.keys(components).map(name => `#/components/${kind}/${name}`))
      .filter(name => !used.has(name));
    expect(unused).toEqual([]);
  });

  it('gives every operation a name of its own, a summary and a heading', () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter(name => !/^[A-Za-z]+_[A-Za-z]+$/.test(name))).toEqual([]);
    expect(wrong(({ summary, description }) => !summary || summary.endsWith('.') || !description)).toEqual(
      [],
    );
    expect(wrong(({ tags }) => tags?.length !== 1)).toEqual([]);
  });

  it('lists the headings in use in their order, each with a description', () => {
    const used = new Set(operations.flatMap(({ operation }) => operation.tags));
    const names = document.tags.map((tag: any) => tag.name);
    expect([...names].sort()).toEqual([...used].sort());
    expect(document.tags.filter((tag: any) => !tag.description.endsWith('.'))).toEqual([]);
    expect([names[0], names.at(-1)]).toEqual(['Account', 'Health']);
  });

  it('declares every parameter once, and those of the path as they stand there', () => {
    expect(
      wrong(({ parameters = [] }) => {
        const keys = parameters.map(resolve).map(({ in: place, name }: any) => `${place} ${name}`);
        return keys.filter((key: string, at: number) => keys.indexOf(key) !== at);
      }),
    ).toEqual([]);
    expect(
      wrong(({ parameters = [] }, path) => {
        const declared = parameters.filter((each: any) => each.in === 'path');
        const names = declared.map((each: any) => each.name).sort();
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]).sort();
        return names.join() !== inPath.join() || declared.some((each: any) => each.required !== true);
      }),
    ).toEqual([]);
    expect(wrong(({ parameters = [] }) => parameters.filter((each: any) => !resolve(each).schema))).toEqual(
      [],
    );
  });

  it('names the security schemes, both of which exist', () => {
    const schemes = Object.keys(document.components.securitySchemes);
    expect(schemes.sort()).toEqual(['api_key', 'basic', 'bearer']);
    expect(
      wrong(
        ({ security }) =>
          !security?.every((one: any) => Object.keys(one).every(name => schemes.includes(name))),
      ),
    ).toEqual([]);
  });

  it('describes what succeeds, and each error by its codes and an example of each', () => {
    const successes = new Set(
      operations.map(({ operation }) =>
        Object.keys(operation.responses)
          .filter(status => status < '400')
          .join(),
      ),
    );
    expect([...successes].sort()).toEqual(['200', '200,201', '200,206,304', '201', '202']);
    expect(
      wrong(({ responses }) =>
        Object.entries<any>(responses).filter(([status, response]) => {
          const { description, content } = resolve(response);
          if (status === '304') return !description;
          // A file is of any type.
          const answers =
            status < '300' ? Object.values<any>(content ?? {}) : [content?.['application/json']];
          if (!description || !answers.length || !answers.every(answer => answer?.schema)) return true;
          if (!content['application/json']) return false;
          if (status < '300' || content['application/json'].schema.$ref === '#/components/schemas/Health')
            return false;
          const examples = Object.entries<any>(content['application/json'].examples);
          return examples.some(
            ([code, example]) =>
              resolve(example).value.error.code !== code ||
              // A route without credentials answers `invalid_credentials` with 403.
              (String((ERROR_CODES as any)[code].status) !== status &&
                !(status === '403' && resolve(example).value.error.type === 'permission_denied')),
          );
        }),
      ),
    ).toEqual([]);
  });

  it('tells clients what a refusal of their credentials looks like', () => {
    expect(wrong(({ security, responses }) => security.length > 0 && !responses[401])).toEqual([]);
  });

  it('gives examples that are of the type their schema says', () => {
    const typeOf = (value: unknown) =>
      value === null
        ? 'null'
        : Array.isArray(value)
          ? 'array'
          : Number.isInteger(value)
            ? 'integer'
            : typeof value;
    const mistaken = [...inside(document.components.schemas)].filter(
      node => 'example' in node && 'type' in node && ![node.type].flat().includes(typeOf(node.example)),
    );
    expect(mistaken).toEqual([]);
  });

  it('shows an example of every body, which confirms nothing', () => {
    const bodies = operations.flatMap(({ at, operation }) =>
      Object.values<any>(operation.requestBody?.content ?? {}).map(({ example }) => [at, example]),
    );
    expect(bodies.length).toBeGreaterThan(50);
    expect(bodies.filter(([, example]) => !example || 'confirm' in example)).toEqual([]);
  });

  it('has no example on a parameter, which the page would fill in and send', () => {
    expect(
      wrong(({ parameters = [] }) =>
        parameters
          .map(resolve)
          .filter((each: any) => ['example', 'examples'].some(key => key in each || key in each.schema)),
      ),
    ).toEqual([]);
  });

  it('describes every property and every parameter', () => {
    const undescribed = [...inside(document.components.schemas)].flatMap(({ properties }) =>
      // Properties of that name, where they are one of many, are what they refer to.
      Object.entries<any>(typeof properties?.type === 'string' ? {} : (properties ?? {}))
        .filter(([, property]) => property && !property.description && !resolve(property).description)
        .map(([name]) => name),
    );
    expect([...new Set(undescribed)]).toEqual([]);
    expect(
      wrong(({ parameters = [] }) => parameters.map(resolve).filter((each: any) => !each.description)),
    ).toEqual([]);
  });

  it('has no description in which one full stop follows another', () => {
    const texts = [...inside(document)].flatMap(({ description }) =>
      typeof description === 'string' ? [description] : [],
    );
    expect(texts.length).toBeGreaterThan(500);
    expect(texts.filter(text => /\.\s*\.(?!\.)|[,;:]\.(\s|$)/.test(text.replaceAll('...', '…')))).toEqual([]);
  });

  it('leaves answers open to new properties, and closes bodies to unknown ones', () => {
    const closed = (schemas: any[]) =>
      new Set(
        schemas.flatMap(schema => [...below(schema)]).filter(one => one.additionalProperties === false),
      );
    const contents = (parts: any[]) =>
      parts.flatMap(part => Object.values<any>(resolve(part)?.content ?? {}).map(({ schema }) => schema));
    expect(closed(contents(operations.flatMap(one => Object.values(one.operation.responses)))).size).toBe(0);
    expect(closed(contents(operations.map(one => one.operation.requestBody))).size).toBeGreaterThan(30);
  });

  it('lets a client leave out whatever has a default', () => {
    const bodies = operations.flatMap(({ operation }) =>
      Object.values<any>(operation.requestBody?.content ?? {}).map(({ schema }) => schema),
    );
    const defaults = bodies.flatMap(schema => [...below(schema)]).filter(schema => 'default' in schema);
    expect(defaults).toEqual([]);
  });

  it('says where a value may be hidden, of those whose type forbids the word for it', () => {
    const { status, name, expires_at, id } = document.components.schemas.ApiKey.properties;
    const hidden = { $ref: '#/components/schemas/Redacted' };
    expect(status.anyOf).toContainEqual(hidden);
    expect(expires_at.anyOf).toContainEqual(hidden);
    expect([name.type, id.type]).toEqual(['string', 'string']);
    expect(resolve(hidden).const).toBe('[REDACTED]');
  });

  it('declares the headers of answers', () => {
    const { responses } = document.paths['/v1/projects'].post;
    expect(Object.keys(responses[201].headers)).toEqual(['X-Request-Id', 'Idempotent-Replayed']);
    const listed = document.paths['/v1/projects'].get.responses;
    expect(Object.keys(listed[200].headers)).toEqual(
      expect.arrayContaining(['RateLimit', 'RateLimit-Policy', 'X-RateLimit-Remaining']),
    );
    expect(Object.keys(resolve(listed[429]).headers)).toContain('Retry-After');
    expect(Object.keys(resolve(listed[401]).headers)).toContain('WWW-Authenticate');
  });

  it('types the preview that a confirmation is asked for with', () => {
    const asking = operations.filter(({ operation }) => operation.responses[428]);
    expect(asking.length).toBeGreaterThan(10);
    for (const { operation } of asking) {
      const { schema } = resolve(operation.responses[428]).content['application/json'];
      expect(resolve(schema).properties.error.properties.details.properties.effects.type).toBe('array');
    }
  });

  it('begins with how to sign in', () => {
    expect(Object.keys(document.paths)[0]).toBe('/v1/sessions');
    expect(Object.keys(document.paths['/v1/sessions'])[0]).toBe('post');
  });

  it('says of every id in a path what it stands for', () => {
    expect(
      wrong(({ parameters = [] }) =>
        parameters.filter((each: any) => each.in === 'path' && !each.schema.enum && !each.description),
      ),
    ).toEqual([]);
  });

  it('is served as YAML too', async () => {
    const answer = expectStatus(200, await server.api.get('/docs/openapi.yaml'));
    expect(answer.body).toMatch(/^openapi: 3\.1\.0$/m);
  });
});

describe('the page', () => {
  const get = (path: string, headers: Record<string, string> = {}) => server.api.get(path, { headers });

  it('is where the root leads, below the path of PUBLIC_URL', async () => {
    const { status, headers } = await get('/');
    expect([status, headers.get('location')]).toEqual([302, '/docs']);
  });

  it('says what it is of', async () => {
    for (const path of ['/docs', '/docs/']) {
      const { body } = expectStatus(200, await get(path));
      expect(body).toContain('<title>Bailiwick API</title>');
      expect(body).toContain(document.info.version);
      expect(body).toContain('name="viewport"');
    }
    expect(expectStatus(200, await get('/docs/logo.svg')).headers.get('content-type')).toBe('image/svg+xml');
  });

  it.each([
    '/docs',
    '/docs/openapi.json',
    '/docs/openapi.yaml',
    '/docs/docs.css',
    '/docs/swagger-ui-bundle.js',
  ])('%s is sent compressed, and not again', async path => {
    const plain = await get(path, { 'accept-encoding': 'identity' });
    const tags = new Set([plain.headers.get('etag')]);
    for (const encoding of ['gzip', 'br']) {
      const { status, headers, body } = await get(path, { 'accept-encoding': encoding });
      expect([status, headers.get('content-encoding'), headers.get('vary')]).toEqual([
        200,
        encoding,
        'accept-encoding',
      ]);
      expect(body).toEqual(plain.body);
      tags.add(headers.get('etag'));
      const again = await get(path, { 'accept-encoding': encoding, 'if-none-match': headers.get('etag')! });
      expect([again.status, again.body]).toEqual([304, '']);
    }
    expect(tags.size).toBe(3);
    const refused = await get(path, { 'accept-encoding': 'br;q=0, gzip;q=0' });
    expect(refused.headers.get('content-encoding')).toBeNull();
  });
});
