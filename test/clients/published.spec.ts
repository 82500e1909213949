import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freshDirectory } from '../support/lane.js';
import { startServer, type TestServer } from '../support/server.js';

const run = promisify(execFile);
const ROOT = join(__dirname, '../..');
jest.setTimeout(600_000);

let server: TestServer;
let served: any;
beforeAll(async () => {
  server = await startServer({ PUBLIC_URL: 'http://localhost:3000' });
  served = (await server.api.get('/docs/openapi.json')).body;
});
afterAll(() => server?.stop());

it('docs/openapi.json is what the server serves; `npm run build && npm run openapi` writes it', async () => {
  expect(JSON.parse(await readFile(join(ROOT, 'docs/openapi.json'), 'utf8'))).toEqual(served);
});

it('Spectral and Redocly find nothing in it', async () => {
  const folder = await freshDirectory();
  try {
    const file = join(folder, 'openapi.json');
    await writeFile(file, JSON.stringify(served));
    const { stdout } = await run(process.execPath, [join(ROOT, 'lint/openapi.mjs'), file]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe(`${file}: 0 findings\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
