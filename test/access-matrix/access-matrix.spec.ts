import type { Answer } from '../support/client.js';
import { Scene } from '../support/scene.js';
import { assemble, type Caller, type Cast, PRINCIPALS, setStage, signedInAgain, type Stage } from './cast.js';
import { EXPECTATIONS } from './expectations.js';
import type { Row } from './row.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

let scene: Scene;
let cast: Cast;

beforeAll(async () => {
  scene = await Scene.open();
  cast = await assemble(scene);
});
afterAll(() => scene?.close());

/** `GET /v1/me` of `GET /v1/me # variant`. */
const operationOf = (name: string) => name.split(' # ')[0]!;

it('every operation of the OpenAPI document has its line in the table, and no other', async () => {
  const document = (await scene.api.get('/docs/openapi.json')).body;
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
  let stage: Stage | null = null;
  for (const principal of PRINCIPALS) {
    stage ??= await setStage(cast);
    const { status } = await attempt(operationOf(name), row, stage, stage.callers[principal]);
    answered[principal] = status;
    // What succeeded may have left the stage in another state.
    if (status < 300 && !name.startsWith('GET ')) stage = null;
  }
  expect(answered).toEqual(row.statuses);
});

async function attempt(operation: string, row: Row, stage: Stage, caller: Caller): Promise<Answer> {
  const [method, template] = operation.split(' ') as [string, string];
  const as = row.endsSession ? await signedInAgain(scene.server, caller) : caller;
  const values = typeof row.path === 'function' ? await row.path(stage, as) : (row.path ?? {});
  const path = template.replace(/\{(\w+)\}/g, (_, parameter: string) => {
    const value = values[parameter] ?? (parameter === 'id' ? stage.project.id : undefined);
    if (value === undefined) throw new Error(`the table says nothing of {${parameter}} in ${operation}`);
    return value;
  });
  const body = typeof row.body === 'function' ? row.body(values) : row.body;
  return scene.api.request(method, path, body, { auth: as.auth, query: row.query });
}
