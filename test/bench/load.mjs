import autocannon from 'autocannon';
import { cpuSeconds } from './servers.mjs';

const CONNECTIONS = 50;
const WARM_UP_S = 3;
const ROUND_S = Number(process.env.BENCH_ROUND_SECONDS || 3);
const ROUNDS = Number(process.env.BENCH_ROUNDS || 7);
/** How many of a target's requests each connection sends in turn. */
const REQUESTS_PER_CONNECTION = 200;

/**
 * Measures targets side by side: after a warm-up, rounds in which they take turns, so that a slow spell of the
 * machine strikes all of them. Answers the medians of each target's rounds: requests per second; the same as a
 * share of what its yardstick reached in the same round; microseconds of the server's processor time per
 * request, which other load on the machine changes less; the 99th percentile of the time to the answer, in
 * milliseconds, and how often it is the yardstick's; the 99th percentile of the server's event loop lag.
 *
 * The yardstick is the target that `against` names, else the first. `requests` are sent in an order of its own on
 * each connection, chosen at random; `connections` are fifty unless told.
 */
export async function sideBySide(targets) {
  for (const target of targets) await round(target, WARM_UP_S);
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const results = [];
    for (const target of targets) results.push(await round(target, ROUND_S));
    rounds.push(results);
  }
  return targets.map(({ name, against }, at) => {
    const yardstick = against ? targets.findIndex(target => target.name === against) : 0;
    const each = answer => median(rounds.map(answer));
    return {
      name,
      rate: each(results => results[at].rate),
      share: each(results => results[at].rate / results[yardstick].rate),
      cpu: each(results => results[at].cpu),
      p99: each(results => results[at].p99),
      slowness: each(results => results[at].p99 / results[yardstick].p99),
      lag: each(results => results[at].lag),
    };
  });
}

export function print(title, results) {
  console.log(`\n${title}`);
  for (const { name, rate, share, cpu, p99, slowness, lag } of results) {
    console.log(
      `  ${name.padEnd(36)}${rate.toFixed(0).padStart(7)} req/s ${(share * 100).toFixed(0).padStart(5)} %` +
        `${cpu.toFixed(0).padStart(7)} µs of CPU   p99${p99.toFixed(1).padStart(6)} ms` +
        `${slowness.toFixed(1).padStart(6)} ×   lag p99${lag.toFixed(1).padStart(6)} ms`,
    );
  }
}

async function round(target, duration) {
  const { name, server, path, method = 'GET', headers, body, requests, connections = CONNECTIONS } = target;
  const before = cpuSeconds(server.pid);
  await server.lag();
  const times = [];
  const common = { url: server.url + path, method, headers, body, connections, duration };
  const setupClient = client => client.setRequests(someOf(requests));
  const run = autocannon({ ...common, ...(requests && { setupClient }) });
  run.on('response', (_client, _status, _bytes, ms) => times.push(ms));
  const result = await run;
  const cpu = cpuSeconds(server.pid) - before;
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed) throw new Error(`${name}: ${failed} failed: ${JSON.stringify(result.statusCodeStats)}`);
  return {
    rate: result['2xx'] / result.duration,
    cpu: (cpu * 1e6) / result['2xx'],
    p99: Float64Array.from(times).sort()[Math.floor(times.length * 0.99)],
    lag: (await server.lag()).p99,
  };
}

function someOf(requests) {
  return Array.from(
    { length: REQUESTS_PER_CONNECTION },
    () => requests[Math.floor(Math.random() * requests.length)],
  );
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
