import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print, sideBySide } from './load.mjs';
import { post, signIn, startBuilt, startStatic } from './servers.mjs';

const SIZES = { '10 kB': 10_000, '10 MB': 10_000_000 };
/** Of large files, few at once: every one of fifty would be under way for seconds. */
const CONNECTIONS = { '10 kB': 50, '10 MB': 4 };
const UPLOADS_AT_ONCE = 4;
const UPLOADS = 40;
const ROUNDS = Number(process.env.BENCH_ROUNDS || 5);

/**
 * A public file against @fastify/static on the same bytes (goal: at least 80 %), and uploads of 10 MB against a bare pipe
 * to disk with hash (goal: at least 70 %), without and with the flush to the disk that an upload waits for.
 */
export async function media() {
  const server = await startBuilt({ RATE_LIMIT_PER_MINUTE: '1000000000' });
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-bench-static-'));
  const plain = await startStatic(folder);
  try {
    const session = await signIn(server);
    const project = await post(`${server.url}/v1/projects`, { name: 'Bench' }, session);
    const path = `/v1/projects/${project.id}/media`;
    for (const [name, size] of Object.entries(SIZES)) {
      const bytes = randomBytes(size);
      await writeFile(join(folder, `file-${size}.bin`), bytes);
      const form = new FormData();
      form.append('visibility', 'public');
      form.append('file', new Blob([bytes]), `file-${size}.bin`);
      const headers = { authorization: session };
      const answer = await fetch(server.url + path, { method: 'POST', headers, body: form });
      const { url } = await answer.json();
      const connections = CONNECTIONS[name];
      const results = await sideBySide([
        { name: '@fastify/static', server: plain, path: `/file-${size}.bin`, connections },
        { name: 'GET /cdn/…', server, path: new URL(url).pathname, connections },
      ]);
      print(`Download of ${name}; at least 80 % of @fastify/static`, results);
    }
    await uploads(server, plain, path, session);
  } finally {
    await plain.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function uploads(server, plain, path, authorization) {
  const bytes = randomBytes(SIZES['10 MB']);
  const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="x.bin"\r\n\r\n';
  const form = { authorization, 'content-type': 'multipart/form-data; boundary=x' };
  const raw = { 'content-type': 'application/octet-stream' };
  const targets = [
    { name: 'bare pipe with hash', url: `${plain.url}/upload`, headers: raw, head: '', tail: '' },
    {
      name: 'bare pipe with hash, flushed',
      url: `${plain.url}/upload-flushed`,
      headers: raw,
      head: '',
      tail: '',
    },
    { name: 'POST …/media', url: server.url + path, headers: form, head, tail: '\r\n--x--\r\n' },
  ];
  const rates = targets.map(() => []);
  for (const target of targets) await round(target, bytes, UPLOADS_AT_ONCE);
  for (let i = 0; i < ROUNDS; i++)
    for (const [at, target] of targets.entries()) rates[at].push(await round(target, bytes, UPLOADS));
  console.log('\nUpload of 10 MB, four at once; at least 70 % of a bare pipe to disk with hash');
  const median = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const yardstick = median(rates[0]);
  targets.forEach(({ name }, at) => {
    const rate = median(rates[at]);
    console.log(
      `  ${name.padEnd(36)}${rate.toFixed(0).padStart(7)} MB/s ${((100 * rate) / yardstick).toFixed(0).padStart(5)} %`,
    );
  });
}

/** Sends so many files, a few at once, each with bytes of its own; answers megabytes a second. */
async function round({ url, headers, head, tail }, bytes, count) {
  const agent = new Agent({ keepAlive: true });
  const began = performance.now();
  let left = count;
  const sender = async () => {
    while (left-- > 0) await send();
  };
  const send = () =>
    new Promise((resolve, reject) => {
      const unique = Buffer.concat([Buffer.from(head), randomBytes(16)]);
      const length = unique.length + bytes.length + tail.length;
      const sending = request(url, {
        method: 'POST',
        agent,
        headers: { ...headers, 'content-length': length },
      });
      sending.on('error', reject).on('response', response => {
        response.resume().on('end', () => {
          if (response.statusCode < 300) resolve();
          else reject(new Error(`${url}: ${response.statusCode}`));
        });
      });
      sending.write(unique);
      sending.write(bytes);
      sending.end(tail);
    });
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, sender));
  agent.destroy();
  return (count * bytes.length) / 1e6 / ((performance.now() - began) / 1e3);
}
