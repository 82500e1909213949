import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freshDirectory } from '../support/lane.js';
import { type Prism, startPrism } from '../support/prism.js';
import { type Person, Scene } from '../support/scene.js';

/* The clients of docs/clients.md, generated, compiled and run as they stand there, with Prism before the server. */

const run = promisify(execFile);
const ROOT = join(__dirname, '../..');
/** Of a tool that takes seconds when the machine has nothing else to do. */
const TOOL_MS = 240_000;
jest.setTimeout(600_000);

let scene: Scene;
let folder: string;
let person: Person;
let prism: Prism;
beforeAll(async () => {
  scene = await Scene.open();
  person = await scene.person();
  folder = await freshDirectory();
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const document = (await scene.api.get('/docs/openapi.json')).body;
  await writeFile(join(folder, 'openapi.json'), JSON.stringify(document));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  prism = await startPrism(join(folder, 'openapi.json'), scene.server.url);
});
afterAll(async () => {
  await prism?.stop();
  await scene?.close();
  await rm(folder, { recursive: true, force: true });
});

const tool = (name: string, ...args: string[]) =>
  run(process.execPath, [join(ROOT, 'node_modules', name), ...args], { cwd: folder, timeout: TOOL_MS });

/** The program of docs/clients.md that begins with importing from there. */
async function program(first: string): Promise<string> {
  const page = await readFile(join(ROOT, 'docs/clients.md'), 'utf8');
  const [found] = [...page.matchAll(/```ts\n(.*?)```/gs)]
    .map(match => match[1]!)
    .filter(text => text.includes(first));
  if (!found) throw new Error(`docs/clients.md has no program with ${first}`);
  return found;
}

/** Compiles the program with what was generated, under `strict`, and runs it. */
async function result(name: string, source: string): Promise<string> {
  await writeFile(join(folder, `${name}.ts`), source);
  const compilerOptions = {
    ...{ strict: true, target: 'es2022', module: 'nodenext', lib: ['es2022', 'dom'], types: ['node'] },
    ...{ outDir: 'out', rootDir: '.' },
  };
  await writeFile(
    join(folder, `tsconfig.${name}.json`),
    JSON.stringify({ compilerOptions, files: [`${name}.ts`] }),
  );
  await tool('typescript/bin/tsc', '-p', `tsconfig.${name}.json`);
  const { email } = person.user;
  const env = { ...process.env, URL: prism.url, EMAIL: email, PASSWORD: person.password };
  return (await run(process.execPath, [join('out', `${name}.js`)], { cwd: folder, env, timeout: TOOL_MS }))
    .stdout;
}

afterEach(() => expect(prism.violations()).toEqual([]));

const ANSWER = /^First key of Weather\n(?=.*api_key\.created)(?=.*project\.created)/;

it('openapi-typescript makes types that openapi-fetch works with', async () => {
  await tool('openapi-typescript/bin/cli.js', 'openapi.json', '-o', 'bailiwick.d.ts');
  expect(await result('fetch', await program("from 'openapi-fetch'"))).toMatch(ANSWER);
});

it('Hey API makes a client with a function for each operation', async () => {
  await mkdir(join(folder, 'bailiwick'));
  // It looks into a configuration to tell how imports are written.
  await writeFile(join(folder, 'tsconfig.json'), '{"compilerOptions":{"module":"nodenext"}}');
  await tool('@hey-api/openapi-ts/bin/run.js', '-i', 'openapi.json', '-o', 'bailiwick');
  expect(await result('functions', await program("from './bailiwick/index.js'"))).toMatch(ANSWER);
});
