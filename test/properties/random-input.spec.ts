import fc, { type Arbitrary } from 'fast-check';
import {
  documented,
  type OpenApi,
  type Operation,
  operationsOf,
  valuesOf,
} from '../support/openapi-arbitraries.js';
import { admin, createKey, createProject, expectStatus, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

const RUNS_PER_OPERATION = 15;
/** They end the very sessions the others are tried with. */
const LEFT_OUT = ['DELETE /v1/sessions', 'DELETE /v1/sessions/current', 'DELETE /v1/sessions/{id}'];

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

it('no input to any documented operation makes a 5xx, and every refusal is the envelope', async () => {
  const root = await admin(server);
  const ada = await signUp(server);
  const document: OpenApi = expectStatus(200, await server.api.get('/docs/openapi.json')).body;
  const operations = operationsOf(document).filter(
    ({ method, path }) => !LEFT_OUT.includes(`${method} ${path}`),
  );
  expect(operations.length).toBeGreaterThan(25);

  for (const operation of operations) {
    const project = await createProject(server, ada.auth);
    const { api_key } = await createKey(server, ada.auth, project.id);
    const known = {
      id: operation.path.startsWith('/v1/organizations') ? project.organization_id : project.id,
    };
    await fc.assert(
      fc.asyncProperty(
        requestOf(document, operation, { ...known, key: api_key.id }),
        fc.constantFrom(root.auth, ada.auth),
        async ({ path, body }, auth) => {
          const answer = await server.api.request(operation.method, path, body, { auth });
          if (answer.status < 400) return;
          const seen = JSON.stringify([operation.method, path, body, answer.status, answer.body]);
          if (answer.status >= 500) throw new Error(seen);
          const { error } = answer.body;
          if (!error?.code || error.request_id !== answer.headers.get('x-request-id')) throw new Error(seen);
        },
      ),
      { numRuns: RUNS_PER_OPERATION },
    );
  }
}, 240_000);

/** Requests to an operation: paths mostly with ids that exist, queries and bodies mostly of the documented form. */
function requestOf(
  document: OpenApi,
  { method, path, parameters, body }: Operation,
  known: Record<string, string>,
): Arbitrary<{ path: string; body: string | undefined }> {
  const inPath = parameters.filter(parameter => parameter.in === 'path');
  const inQuery = parameters.filter(parameter => parameter.in === 'query');
  const ids = inPath.map(({ name, schema }): Arbitrary<unknown> =>
    fc.oneof(
      { weight: 5, arbitrary: known[name] ? fc.constant(known[name]) : valuesOf(document, schema ?? {}) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }) },
    ),
  );
  const query = Object.fromEntries(inQuery.map(({ name, schema }) => [name, schema ?? {}]));
  return fc
    .record({
      ids: fc.tuple(...ids),
      query: documented({ properties: query }, part => valuesOf(document, part)) as Arbitrary<object>,
      body: method === 'GET' ? fc.constant(undefined) : valuesOf(document, body ?? {}),
    })
    .map(made => {
      let index = 0;
      const target = path.replace(/\{[^}]+\}/g, () => encode(made.ids[index++]) || 'x');
      const search = Object.entries(made.query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
      return {
        path: search.length ? `${target}?${search.join('&')}` : target,
        body: made.body === undefined ? undefined : JSON.stringify(made.body),
      };
    });
}

/** Percent-encodes whatever it is; half a surrogate pair, too, which JavaScript's own encoding refuses. */
function encode(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const encoded = text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80';
  return encoded === '.' || encoded === '..' ? 'x' : encoded;
}
