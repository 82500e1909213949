import autocannon from 'autocannon';
import { cpuSeconds } from './servers.mjs';

const CONNECTIONS = 50;
const WARM_UP_S = 3;
const ROUND_S = Number(process.env.BENCH_ROUND_SECONDS || 3);
const ROUNDS = Number(process.env.BENCH_ROUNDS || 7);

/**
 * Measures targets side by side: after a warm-up, rounds in which they take turns, so that a slow spell of the
 * machine strikes all of them. Answers the medians of each target's rounds: requests per second; the same as a
 * share of what the first target reached in the same round; microseconds of the server's processor time per
 * request, which other load on the machine changes less.
 */
export async function sideBySide(targets) {
  for (const target of targets) await round(target, WARM_UP_S);
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const results = [];
    for (const target of targets) results.push(await round(target, ROUND_S));
    rounds.push(results);
  }
  return targets.map(({ name }, at) => ({
    name,
    rate: median(rounds.map(results => results[at].rate)),
    share: median(rounds.map(results => results[at].rate / results[0].rate)),
    cpu: median(rounds.map(results => results[at].cpu)),
  }));
}

export function print(title, results) {
  console.log(`\n${title}`);
  for (const { name, rate, share, cpu } of results) {
    console.log(
      `  ${name.padEnd(36)}${rate.toFixed(0).padStart(7)} req/s ${(share * 100).toFixed(0).padStart(5)} %` +
        `${cpu.toFixed(0).padStart(7)} µs of CPU`,
    );
  }
}

async function round({ name, server, path, method = 'GET', headers, body }, duration) {
  const before = cpuSeconds(server.pid);
  const url = server.url + path;
  const result = await autocannon({ url, method, headers, body, connections: CONNECTIONS, duration });
  const cpu = cpuSeconds(server.pid) - before;
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed) throw new Error(`${name}: ${failed} failed: ${JSON.stringify(result.statusCodeStats)}`);
  return { rate: result['2xx'] / result.duration, cpu: (cpu * 1e6) / result['2xx'] };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
