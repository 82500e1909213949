import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { Redis } from 'ioredis';
import { probeRedis, REDIS_URL } from '../support/services.mjs';
import { print, sideBySide } from './load.mjs';
import { databases, post, signIn, startBuilt } from './servers.mjs';

const ENDPOINTS = 10;
const EVENTS = Number(process.env.BENCH_EVENTS || 200);
const ALLOWED = { WEBHOOK_ALLOW_HTTP: 'true', WEBHOOK_ALLOW_PRIVATE: 'true' };

/**
 * What ten endpoints cost the mutation that is told to them: at most 1.3 times, so at least 77 % of the requests. And how
 * many deliveries a second reach a receiver on this machine, as a share of a bare loop that posts as many at a time.
 */
export async function webhooks() {
  const all = await databases();
  const redis = (await probeRedis()) ? null : REDIS_URL;
  const prefix = `bailiwick_bench_${process.pid}`;
  const sink = await openSink();
  try {
    for (const database of all) await cost(database);
    const bare = await bareLoop(sink);
    console.log(
      `\nDeliveries a second, ${EVENTS} events to ${ENDPOINTS} endpoints\n  a bare loop of posts ${bare.toFixed(0)}`,
    );
    for (const database of all) {
      const lanes = redis
        ? { embedded: {}, Bull: { REDIS_URL: redis, REDIS_PREFIX: prefix } }
        : { embedded: {} };
      for (const [lane, environment] of Object.entries(lanes)) {
        const rate = await deliver(sink, { ...database.environment, ...environment });
        const share = ((rate / bare) * 100).toFixed(0);
        console.log(`  ${database.name}, ${lane}`.padEnd(24), rate.toFixed(0).padStart(6), `${share} %`);
      }
    }
  } finally {
    sink.server.close();
    if (redis) await forget(redis, prefix);
    for (const { drop } of all) await drop();
  }
}

async function forget(url, prefix) {
  const client = new Redis(url);
  const keys = await client.keys(`${prefix}:*`);
  if (keys.length) await client.del(...keys);
  await client.quit();
}

async function cost({ name, environment }) {
  const server = await startBuilt({ ...environment, ...ALLOWED, RUN_JOBS: 'false' });
  try {
    const authorization = await signIn(server);
    const target = async (title, endpoints) => ({
      ...{
        name: title,
        server,
        path: `/v1/projects/${await project(server, authorization, endpoints)}/settings`,
      },
      ...{ method: 'PATCH', headers: { 'content-type': 'application/json', authorization } },
      body: '{"description":"Bench","confirm":true}',
    });
    const urls = Array.from({ length: ENDPOINTS }, (_, i) => `http://127.0.0.1:9/${i}`);
    const results = await sideBySide([await target('without endpoints', []), await target('with ten', urls)]);
    print(
      `A PATCH in a project with ten webhook endpoints, ${name}; at least 77 % of the same without`,
      results,
    );
  } finally {
    await server.stop();
  }
}

async function project(server, authorization, urls) {
  const { id } = await post(`${server.url}/v1/projects`, { name: 'Bench' }, authorization);
  for (const url of urls)
    await post(
      `${server.url}/v1/projects/${id}/webhook-endpoints`,
      { url, event_types: ['*'] },
      authorization,
    );
  return id;
}

async function deliver(sink, environment) {
  const server = await startBuilt({ ...environment, ...ALLOWED });
  try {
    const authorization = await signIn(server);
    const urls = Array.from({ length: ENDPOINTS }, (_, i) => `${sink.url}/${i}`);
    const id = await project(server, authorization, urls);
    // Among these are the endpoints that were told of the ones after them.
    await sink.quiet();
    const before = sink.count();
    const began = performance.now();
    for (let i = 0; i < EVENTS; i++)
      await post(`${server.url}/v1/projects/${id}/api-keys`, { name: `Key ${i}` }, authorization);
    await sink.reach(before + EVENTS * ENDPOINTS);
    return (EVENTS * ENDPOINTS * 1000) / (performance.now() - began);
  } finally {
    await server.stop();
  }
}

/** As many posts as there are deliveries, on a connection of their own each, as many at a time as a server sends. */
async function bareLoop(sink) {
  const began = performance.now();
  let left = EVENTS * ENDPOINTS;
  const body = JSON.stringify({ type: 'api_key.created', data: 'x'.repeat(500) });
  const one = async () => {
    while (left-- > 0) {
      const call = request(sink.url, { method: 'POST', agent: false });
      call.end(body);
      const [response] = await once(call, 'response');
      response.resume();
      await once(response, 'end');
    }
  };
  await Promise.all(Array.from({ length: 4 * ENDPOINTS }, one));
  return (EVENTS * ENDPOINTS * 1000) / (performance.now() - began);
}

async function openSink() {
  let count = 0;
  let last = performance.now();
  const server = createServer((incoming, response) => {
    incoming.resume().on('end', () => {
      count++;
      last = performance.now();
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pause = () => new Promise(resolve => setTimeout(resolve, 20));
  return {
    server,
    url: `http://127.0.0.1:${server.address().port}`,
    count: () => count,
    quiet: async () => {
      while (performance.now() - last < 1_500) await pause();
    },
    reach: async most => {
      while (count < most) await pause();
    },
  };
}
