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

/** The operations for which `isWrong` finds something, with what it found. */
function wrong(isWrong: (operation: any, path: string) => unknown): unknown[] {
  return operations
    .map(({ at, path, operation }) => [at, isWrong(operation, path)])
    .filter(([, found]) => (Array.isArray(found) ? found.length : found));
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

  it('has no schema that nothing uses', () => {
    const used = new Set([...inside(document)].map(node => node.$ref));
    const unused = Object.keys(document.components.schemas).filter(
      name => !used.has(`#/components/schemas/${name}`),
    );
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
        const keys = parameters.map(({ in: place, name }: any) => `${place} ${name}`);
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
    expect(wrong(({ parameters = [] }) => parameters.filter((each: any) => !each.schema))).toEqual([]);
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

  it('describes one success, and each error by its codes and an example of each', () => {
    expect(
      wrong(({ responses }) => Object.keys(responses).filter(status => status < '300').length !== 1),
    ).toEqual([]);
    expect(
      wrong(({ responses }) =>
        Object.entries<any>(responses).filter(([status, { description, content }]) => {
          // A file is of any type.
          const answers =
            status < '300' ? Object.values<any>(content ?? {}) : [content?.['application/json']];
          if (!description || !answers.length || !answers.every(answer => answer?.schema)) return true;
          if (!content['application/json']) return false;
          if (status < '300' || content['application/json'].schema.$ref === '#/components/schemas/Health')
            return false;
          const examples = Object.entries<any>(content['application/json'].examples);
          return examples.some(
            ([code, { value }]) =>
              value.error.code !== code ||
              // A route without credentials answers `invalid_credentials` with 403.
              (String((ERROR_CODES as any)[code].status) !== status &&
                !(status === '403' && value.error.type === 'permission_denied')),
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

  it('shows a harmless example of every body: none confirms what cannot be undone', () => {
    const bodies = operations.flatMap(({ at, operation }) => {
      const schema = operation.requestBody?.content['application/json']?.schema;
      return schema ? [[at, pointTo(schema.$ref).example]] : [];
    });
    expect(bodies.length).toBeGreaterThan(20);
    expect(bodies.filter(([, example]) => !example || 'confirm' in example)).toEqual([]);
  });

  it('has no example on a parameter, which the page would fill in and send', () => {
    expect(
      wrong(({ parameters = [] }) => parameters.filter((each: any) => 'example' in each.schema)),
    ).toEqual([]);
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
