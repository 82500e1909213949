import type { Answer } from '../support/client.js';
import { startServer, type TestServer } from '../support/server.js';
import { EXPECTATIONS } from './expectations.js';
import type { Row } from './row.js';
import {
  assemble,
  PRINCIPALS,
  setScene,
  signedInAgain,
  type Caller,
  type Cast,
  type Scene,
} from './scene.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

let server: TestServer;
let cast: Cast;

beforeAll(async () => {
  server = await startServer();
  cast = await assemble(server);
});
afterAll(() => server.stop());

/** `GET /v1/me` of `GET /v1/me # variant`. */
const operationOf = (name: string) => name.split(' # ')[0]!;

it('every operation of the OpenAPI document has its line in the table, and no other', async () => {
  const document = (await server.api.get('/docs/openapi.json')).body;
  const published = Object.entries<object>(document.paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter(method => METHODS.includes(method))
      .map(method => `${method.toUpperCase()} ${path}`),
  );
  const expected = [...new Set(Object.keys(EXPECTATIONS).map(operationOf))];
  expect(expected.sort()).toEqual(published.sort());
});

it.each(Object.entries(EXPECTATIONS))('%s', async (name, row) => {
  const answered: Record<string, number> = {};
  let scene: Scene | null = null;
  for (const principal of PRINCIPALS) {
    scene ??= await setScene(cast);
    const { status } = await attempt(operationOf(name), row, scene, scene.callers[principal]);
    answered[principal] = status;
    // What succeeded may have left the scene in another state.
    if (status < 300 && !name.startsWith('GET ')) scene = null;
  }
  expect(answered).toEqual(row.statuses);
});

async function attempt(operation: string, row: Row, scene: Scene, caller: Caller): Promise<Answer> {
  const [method, template] = operation.split(' ') as [string, string];
  const as = row.endsSession ? await signedInAgain(server, caller) : caller;
  const values = typeof row.path === 'function' ? await row.path(scene, as) : (row.path ?? {});
  const path = template.replace(/\{(\w+)\}/g, (_, parameter: string) => {
    const value = values[parameter] ?? (parameter === 'id' ? scene.project.id : undefined);
    if (value === undefined) throw new Error(`the table says nothing of {${parameter}} in ${operation}`);
    return value;
  });
  const body = typeof row.body === 'function' ? row.body(values) : row.body;
  return server.api.request(method, path, body, { auth: as.auth });
}
