import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { codeOf } from '../support/answers.js';
import { type FreshDatabase, freshDirectory } from '../support/lane.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { admin, createProject, type Person } from '../support/scene.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { upload, uploaded } from '../support/uploads.js';
import { waitFor } from '../support/wait-for.js';

/** After a restart, what a killed upload left is gone within this. */
const GONE_MS = 40_000;
const SMALL_DISK = 4_000_000;
const GIGABYTE = 1_000_000_000;
/** What a process may take beyond what it had. */
const FLAT = 50_000_000;

let dataDir: string;
let database: FreshDatabase;
let server: ServerProcess;
let owner: Person;
let project: { id: string };

beforeEach(async () => {
  dataDir = await freshDirectory();
  database = await migratedDatabase();
  await mkdir(join(dataDir, 'storage'), { mode: 0o700 });
});
afterEach(async () => {
  await server?.kill();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(environment: Record<string, string> = {}, smallDisk = false): Promise<void> {
  const disk = smallDisk ? { folder: join(dataDir, 'storage'), bytes: SMALL_DISK } : undefined;
  server = await startServerProcess({ DATA_DIR: dataDir, DATABASE_URL: database.url, ...environment }, disk);
  owner = await admin(server);
  project ??= await createProject(server, owner.auth);
}
beforeEach(() => (project = undefined as never));

const list = async (query = {}) =>
  (await server.api.get(`/v1/projects/${project.id}/media`, { auth: owner.auth, query })).body;
const stored = async () => {
  const entries = await readdir(join(dataDir, 'storage'), { recursive: true, withFileTypes: true });
  return entries.filter(entry => entry.isFile()).map(({ name }) => name);
};

it('what a killed server was receiving is gone 40 s after the next start, and what it had is there', async () => {
  await start();
  const file = await uploaded(server.api, project.id, owner, {
    bytes: 'kept',
    before: { visibility: 'public' },
  });
  const { hostname, port } = new URL(server.url);
  const sending = request({
    ...{ hostname, port, method: 'POST', path: `/v1/projects/${project.id}/media` },
    headers: {
      authorization: owner.auth,
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': 9_000_000,
    },
  });
  sending.on('error', () => undefined);
  sending.write('--x\r\ncontent-disposition: form-data; name="file"; filename="half"\r\n\r\n');
  sending.write(randomBytes(3_000_000));
  await waitFor('some of the bytes to be on the disk', async () => (await stored()).length === 2);
  expect((await list({ status: 'processing' })).items).toHaveLength(1);
  await server.kill();
  await start();
  await waitFor('what was left to be gone', async () => (await stored()).length === 1, GONE_MS);
  expect(await stored()).toEqual([file.id]);
  expect((await list({ status: 'processing' })).items).toEqual([]);
  expect(await list()).toMatchObject({ total_count: 1, items: [{ id: file.id }] });
  expect((await server.api.get(new URL(file.url).pathname)).body).toBe('kept');
}, 120_000);

it('a full disk is answered 507, and nothing is half there', async () => {
  await start({ LOG_LEVEL: 'fatal' }, true);
  const first = await uploaded(server.api, project.id, owner, { bytes: randomBytes(2_500_000) });
  for (let i = 0; i < 2; i++) {
    const answer = await upload(server.api, project.id, owner, { bytes: randomBytes(3_000_000) });
    expect(codeOf(answer)).toEqual([507, 'storage_full']);
  }
  expect(await list()).toMatchObject({ total_count: 1, total_size: 2_500_000, items: [{ id: first.id }] });
  expect((await list({ status: 'processing' })).items).toEqual([]);
  // What the refused ones took is free again.
  expect(await uploaded(server.api, project.id, owner, { bytes: randomBytes(1_000_000) })).toMatchObject({
    size: 1_000_000,
  });
}, 120_000);

it('a gigabyte goes in and out with flat memory', async () => {
  await start({ MEDIA_MAX_BYTES: String(GIGABYTE) });
  const source = join(dataDir, 'gigabyte');
  await writeFile(source, '');
  await truncate(source, GIGABYTE);
  // What it takes for any file is not a matter of its size.
  await uploaded(server.api, project.id, owner, { bytes: randomBytes(20_000_000) });
  const before = await peakOf(server.pid);
  const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="zeros"\r\n\r\n';
  const tail = '\r\n--x\r\ncontent-disposition: form-data; name="visibility"\r\n\r\npublic\r\n--x--\r\n';
  const answer = await new Promise<any>((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const sending = request(
      {
        ...{ hostname, port, method: 'POST', path: `/v1/projects/${project.id}/media` },
        headers: {
          authorization: owner.auth,
          'content-type': 'multipart/form-data; boundary=x',
          'content-length': head.length + GIGABYTE + tail.length,
        },
      },
      response => {
        textOf(response).then(
          text => resolve({ status: response.statusCode, body: JSON.parse(text) }),
          reject,
        );
      },
    );
    sending.on('error', reject);
    sending.write(head);
    void pipeline(createReadStream(source), sending, { end: false }).then(() => sending.end(tail), reject);
  });
  expect([answer.status, answer.body.size]).toEqual([201, GIGABYTE]);
  let received = 0;
  const response = await fetch(new URL(new URL(answer.body.url).pathname, server.url));
  for await (const chunk of response.body!) received += chunk.length;
  expect(received).toBe(GIGABYTE);
  expect((await peakOf(server.pid)) - before).toBeLessThan(FLAT);
}, 240_000);

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The most memory that a process has ever held, in bytes. */
async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) * 1_024;
}
