import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FILLED, fillLedger } from './fill-lists.mjs';
import { startBuilt } from './servers.mjs';

const FEW = { events: 50_000 };
const MANY = { events: Number(process.env.BENCH_LEDGER_ENTRIES || 5_000_000) };
const ROUNDS = 25;
const customer = `/v1/projects/${FILLED.project}/customers/${encodeURIComponent(FILLED.customer)}`;
const PATHS = [
  `/v1/projects/${FILLED.project}/ledger`,
  `/v1/projects/${FILLED.project}/ledger?operation_type=FREEZE`,
  `/v1/projects/${FILLED.project}/ledger?transaction_id=transaction+7`,
  `${customer}/ledger`,
  customer,
];

/** Pages of the ledger and a balance with 50,000 entries and with 5 million, SQLite. Target: at most 2 × the time. */
export async function ledger() {
  const [few, many] = [await filled(FEW), await filled(MANY)];
  try {
    console.log(`\nLedger, SQLite: ${FEW.events} entries; ${MANY.events}`);
    for (const path of PATHS) {
      const times = [[], []];
      for (let i = 0; i < ROUNDS; i++) {
        times[0].push(await request(few, path));
        times[1].push(await request(many, path));
      }
      const [one, other] = times.map(all => all.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 4)]);
      console.log(
        `${one.toFixed(1).padStart(8)}${other.toFixed(1).padStart(8)} ms${(other / one).toFixed(2).padStart(7)} ×  ` +
          path.replaceAll(/([a-z]{3}_)[0-9a-z]{26}/g, '$1…'),
      );
    }
  } finally {
    for (const each of [few, many]) await each.stop();
  }
}

async function filled(sizes) {
  const directory = await mkdtemp(join(tmpdir(), 'bailiwick-bench-ledger-'));
  const url = `sqlite:${join(directory, 'bailiwick.sqlite')}`;
  const environment = { DATA_DIR: directory, DATABASE_URL: url, RUN_JOBS: 'false' };
  await (await startBuilt(environment)).stop();
  await fillLedger(url, sizes);
  const server = await startBuilt(environment);
  const stop = async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { ...server, stop };
}

async function request({ url }, path) {
  const begin = performance.now();
  const headers = { authorization: `Bearer ${FILLED.owner.token}` };
  const response = await fetch(url + path, { headers });
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  await response.json();
  return performance.now() - begin;
}
