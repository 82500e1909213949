import type { Browser, Page, Request } from 'playwright-core';
import { exampleId } from '../../src/kernel/database/ids.js';
import {
  assemble,
  type Caller,
  type Cast,
  setStage,
  signedInAgain,
  type Stage,
} from '../access-matrix/cast.js';
import { EXPECTATIONS } from '../access-matrix/expectations.js';
import type { Row } from '../access-matrix/row.js';
import { startBrowser } from '../support/browser.js';
import { expectStatus, type Key, type Project, Scene, signIn } from '../support/scene.js';
import { formOf } from '../support/uploads.js';
import { waitFor } from '../support/wait-for.js';

/*
 * What becomes of somebody who opens Swagger UI, signs in and presses "Execute" on every operation without changing what
 * stands in the form: nothing they have is lost, and nothing is refused for what the page itself filled in.
 *
 * The page fills in bodies, and the defaults of query parameters. Operations without a body are sent without the page, as it
 * would send them, since each press takes seconds; `TRY_EVERYTHING=true` presses every one.
 */
const EVERYTHING = process.env.TRY_EVERYTHING === 'true';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
jest.setTimeout(900_000);
// One test goes on where the one before it ended.
jest.retryTimes(0);

/** An operation as the page sends it. */
interface Sent {
  readonly operation: string;
  readonly row: Row;
  readonly method: string;
  /** What stands after the path, beginning with `?`. */
  readonly query: string;
  readonly body: string | undefined;
  /** Whether it is a form with a file. */
  readonly form: boolean;
}

/** An operation as the document describes it. */
interface Operation {
  /** As `EXPECTATIONS` has it. */
  readonly name: string;
  readonly path: string;
  readonly method: string;
  readonly id: string;
  readonly hasBody: boolean;
  readonly pressed: boolean;
  /** The query parameters that the page fills in, beginning with `?`. */
  readonly query: string;
  readonly row: Row;
}

type Values = Readonly<Record<string, string>>;

let scene: Scene;
let browser: Browser;
let cast: Cast;
let page: Page;
let document: any;
/** What must be as before in the end. */
let project: Project;
let key: Key;
let before: unknown;
const sent: Sent[] = [];
const refused: unknown[] = [];

beforeAll(async () => {
  scene = await Scene.open();
  cast = await assemble(scene);
  project = await scene.project({ name: 'Kept' });
  key = await scene.key(project, 'administrator');
  // The first call of a key activates its project.
  await waitFor('the activation', async () => {
    await scene.api.get('/v1/whoami', key);
    return (await scene.api.get(`/v1/projects/${project.id}`, key)).body.project.status === 'activated';
  });
  before = await state();
  document = (await scene.api.get('/docs/openapi.json')).body;
  browser = await startBrowser();
  page = await browser.newPage();
  page.setDefaultTimeout(60_000);
});
afterAll(async () => {
  await browser?.close();
  await scene?.close();
});

/** Everything of the owner and the admin that pressing buttons could spoil; the key must still be let in. */
async function state() {
  const { root, owner } = cast;
  const get = async (path: string, caller: { auth?: string }) =>
    expectStatus(200, await scene.api.get(path, caller)).body;
  const people = await Promise.all(
    [root, owner].map(async ({ user, password }) => {
      const again = await signIn(scene.server, user.email, password);
      const { first_name, name, status, platform_role, max_projects } = await get(
        `/v1/users/${user.id}`,
        root,
      );
      return { again: again.user.id, first_name, name, status, platform_role, max_projects };
    }),
  );
  const { principal, permissions } = await get('/v1/whoami', key);
  const subscription = await get(`/v1/organizations/${project.organization_id}/subscription`, root);
  const { name, status, owner: of } = (await get(`/v1/projects/${project.id}`, root)).project;
  const { plan, requests_per_minute, requests_per_day } = subscription;
  return {
    people,
    limits: { requests_per_minute, requests_per_day },
    plan: typeof plan,
    project: { name, status, of },
    key: { principal, permissions },
    retention: await get(`/v1/projects/${project.id}/retention`, root),
  };
}

/** An operation whose answers are not described: of them, a request depends on the media types only. */
function withoutAnswers(operation: any) {
  const responses = Object.entries<any>(operation.responses).map(
    ([status, { description, content = {} }]) => {
      const types = Object.keys(content).map(type => [type, {}]);
      return [status, { description, content: Object.fromEntries(types) }];
    },
  );
  return { ...operation, responses: Object.fromEntries(responses) };
}

/** The document with nothing but what the form of one operation needs: the page takes long over everything else. */
function partFor({ path, method }: Operation) {
  const paths = { [path]: { [method]: withoutAnswers(document.paths[path][method]) } };
  const components: any = { securitySchemes: document.components.securitySchemes };
  const add = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    const [, kind, name] = /^#\/components\/(\w+)\/(.+)$/.exec((value as any).$ref ?? '') ?? [];
    if (kind && name && !components[kind]?.[name]) {
      (components[kind] ??= {})[name] = document.components[kind][name];
      add(components[kind][name]);
    }
    Object.values(value).forEach(add);
  };
  add(paths);
  const tags = document.tags.filter(({ name }: any) => name === document.paths[path][method].tags[0]);
  return { ...document, tags, paths, components, webhooks: undefined };
}

/** Opens the page with one operation of the document in it. */
async function open(first: Operation): Promise<void> {
  await page.route('**/openapi.json', route => route.fulfill({ json: partFor(first) }));
  await page.goto(`${scene.server.url}/docs`);
  await page.locator('.opblock-tag').waitFor();
}

/** Puts another operation in place of the one that the page shows, and answers the part of the page that shows it. */
async function show(operation: Operation) {
  const part = partFor(operation);
  await page.evaluate(spec => (globalThis as any).ui.specActions.updateSpec(spec), JSON.stringify(part));
  const heading = page.locator(`.opblock-tag[data-tag="${part.tags[0].name}"]`);
  await heading.waitFor();
  if ((await heading.getAttribute('data-is-open')) !== 'true') await heading.dispatchEvent('click');
  return page.locator(`.opblock[id$="-${operation.id}"]`);
}

const authorize = (token: string) =>
  page.evaluate(value => {
    const scheme = { name: 'bearer', schema: { type: 'http', scheme: 'bearer' } };
    (globalThis as any).ui.authActions.authorize({ bearer: { ...scheme, value } });
  }, token);

/** Presses "Execute" on an operation as it is shown, with ids in its path and a file where one is asked for. */
async function press(operation: Operation, values: Values) {
  const { id, path, hasBody } = operation;
  const block = await show(operation);
  await block.locator('.opblock-summary-control').dispatchEvent('click');
  // The page draws the form piece by piece.
  const form = block.locator('.opblock-section-request-body');
  if (hasBody) await form.locator('textarea, input').first().waitFor();
  for (const [, name] of path.matchAll(/\{(\w+)\}/g)) {
    const field = block
      .locator(`tr[data-param-in="path"][data-param-name="${name}"]`)
      .locator('input, select');
    await field.waitFor();
    const value = decodeURIComponent(values[name!] ?? '');
    if (await field.evaluate(element => element.tagName === 'SELECT')) {
      await field.selectOption(value);
      continue;
    }
    await field.fill(value);
    // Swagger UI takes what was typed a moment later, or when the field is left.
    await field.blur();
  }
  for (const input of await block.locator('input[type="file"]').all())
    await input.setInputFiles({ name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from(id) });
  // It is marked invalid, and nothing sent, when the page finds fault with what it filled in itself.
  const responded = page.waitForResponse(response => !response.url().includes('/docs')).catch(() => null);
  await block.locator('button.execute').dispatchEvent('click');
  const invalid = block
    .locator('.invalid')
    .first()
    .waitFor()
    .then(
      () => null,
      () => null,
    );
  return Promise.race([responded, invalid]);
}

/** Why an answer says that what the page filled in was wrong, if it does. */
function fault(status: number, text: string, body = ''): string | undefined {
  if ([405, 415, 422].includes(status) || status >= 500) return `${status} ${text}`;
  if (status !== 400 || !text.includes('"validation_failed"')) return undefined;
  // The form is right, but nobody has an object with the id of the examples.
  const { errors } = JSON.parse(text).error.details;
  const given = body ? JSON.parse(body) : {};
  return errors.every(({ param }: any) => String(given[param]).endsWith(exampleId('req').slice(4)))
    ? undefined
    : text;
}

const jsonOf = (request: Request): string | undefined =>
  request.headers()['content-type']?.startsWith('application/json')
    ? (request.postData() ?? undefined)
    : undefined;

const remember = (operation: string, row: Row, request: Request): Sent => ({
  operation,
  row,
  method: request.method(),
  query: new URL(request.url()).search,
  body: jsonOf(request),
  form: request.headers()['content-type']?.startsWith('multipart/form-data') ?? false,
});

const ends = (name: string, row: Row) => row.endsSession === true || name === 'DELETE /v1/sessions';

async function valuesOf(row: Row, stage: Stage, caller: Caller) {
  const values = typeof row.path === 'function' ? await row.path(stage, caller) : (row.path ?? {});
  return { id: stage.project.id, ...values };
}

/** The query parameters that the page fills in. */
function defaultsOf({ parameters = [] }: any): string {
  const filled = parameters.flatMap(({ in: place, name, schema }: any) =>
    place === 'query' && schema?.default !== undefined ? [[name, String(schema.default)]] : [],
  );
  return filled.length ? `?${new URLSearchParams(filled)}` : '';
}

/** The operations of a heading; those that end the session they are made with come last. */
function operationsOf(tag: string): Operation[] {
  const all = Object.entries<any>(document.paths).flatMap(([path, item]) =>
    METHODS.filter(method => item[method]?.tags[0] === tag).map(method => {
      const name = `${method.toUpperCase()} ${path}`;
      const { operationId: id, requestBody } = item[method];
      const hasBody = requestBody !== undefined;
      const pressed = EVERYTHING || hasBody;
      return {
        name,
        path,
        method,
        id,
        hasBody,
        pressed,
        query: defaultsOf(item[method]),
        row: EXPECTATIONS[name]!,
      };
    }),
  );
  return all.sort((one, other) => Number(ends(one.name, one.row)) - Number(ends(other.name, other.row)));
}

it('answers what the page fills in, as a platform admin', async () => {
  let stage = await setStage(cast);
  const headings: Operation[][] = document.tags.map(({ name }: any) => operationsOf(name));
  await open(headings.flat().find(({ pressed }) => pressed)!);
  for (const operations of headings) {
    await authorize(cast.root.token);
    for (const operation of operations) {
      const { name, method, row, pressed, query } = operation;
      const caller = { auth: cast.root.auth, person: cast.root };
      const as = ends(name, row) ? await signedInAgain(scene.server, caller) : caller;
      const values = await valuesOf(row, stage, as);
      if (!pressed) {
        const one = {
          operation: name,
          row,
          method: method.toUpperCase(),
          query,
          body: undefined,
          form: false,
        };
        const answer = await send(one, values, as.auth);
        const found = fault(answer.status, JSON.stringify(answer.body));
        if (found) refused.push([name, found]);
        sent.push(one);
        if (answer.status < 300 && one.method !== 'GET') stage = await setStage(cast);
        if (name === 'DELETE /v1/sessions') cast = { ...cast, root: as.person! };
        continue;
      }
      if (as !== caller) await authorize(as.person!.token);
      const response = await press(operation, values);
      if (!response) {
        refused.push([name, 'the page does not send it']);
        continue;
      }
      const found = fault(response.status(), await response.text(), jsonOf(response.request()));
      if (found) refused.push([name, found]);
      sent.push(remember(name, row, response.request()));
      if (response.ok() && !name.startsWith('GET ')) stage = await setStage(cast);
      // It ended all the others, too.
      if (name === 'DELETE /v1/sessions') cast = { ...cast, root: as.person! };
    }
  }
  expect(refused).toEqual([]);
  expect(sent.length).toBeGreaterThan(150);
});

it('answers the same requests of an owner and of a key', async () => {
  // In the end the owner is signed out everywhere, who makes what the key is tried on.
  const inOrder = [...sent].sort((one, other) => rank(one) - rank(other));
  for (const who of ['key', 'owner'] as const) {
    let stage = await setStage(cast);
    for (const one of inOrder) {
      const { operation, row, method } = one;
      const usual = await callerOf(who, stage);
      const caller = ends(operation, row) ? await signedInAgain(scene.server, usual) : usual;
      // Nobody invites the owner, whose project it is: what is asked for is somebody else's.
      const values: Values = await valuesOf(row, stage, { auth: caller.auth });
      const answer = await send(one, values, caller.auth);
      const found = fault(answer.status, JSON.stringify(answer.body), one.body);
      if (found) refused.push([who, operation, found]);
      if (answer.status < 300 && method !== 'GET' && !ends(operation, row)) stage = await setStage(cast);
    }
  }
  expect(refused).toEqual([]);
});

function send({ operation, method, query, body, form }: Sent, values: Values, auth?: string) {
  const path = operation.split(' ')[1]!.replace(/\{(\w+)\}/g, (_, name: string) => values[name]!);
  return scene.api.request(method, path + query, form ? formOf({ bytes: operation }) : body, { auth });
}

const rank = ({ operation, row }: Sent) =>
  operation === 'DELETE /v1/sessions' ? 2 : Number(ends(operation, row));

async function callerOf(who: 'owner' | 'key', stage: Stage): Promise<Caller> {
  if (who === 'key') return { auth: (await scene.key(stage.project, 'administrator')).auth };
  return { auth: cast.owner.auth, person: cast.owner };
}

it('leaves people, limits, projects and keys as they were', async () => {
  expect(await state()).toEqual(before);
});
