import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print, sideBySide } from './load.mjs';
import { databases, startBareLedger, startBuilt } from './servers.mjs';
import { Sqlite } from './sqlite.mjs';
import { firstKey } from './whoami.mjs';

const CUSTOMERS = 1_000;
const CREDIT = 1_000_000_000_000;

/**
 * `POST /v1/billing/deduct` against the same statements by hand behind a bare Fastify route, of one customer and of a
 * thousand; and a freeze with its consumption. Target: at least 50 %.
 */
export async function deduct() {
  for (const database of await databases()) await on(database).finally(database.drop);
}

async function on({ name, environment }) {
  const directory = await mkdtemp(join(tmpdir(), 'bailiwick-bench-deduct-'));
  const file = join(directory, 'bailiwick.sqlite');
  const settings = { DATABASE_URL: `sqlite:${file}`, ...environment, RUN_JOBS: 'false' };
  const server = await startBuilt(settings);
  const { authorization, project } = await firstKey(server, { name: 'Bench', role_id: ADMINISTRATOR });
  const headers = { 'content-type': 'application/json', authorization };
  for (let i = 0; i < CUSTOMERS; i++)
    await send(server, '/v1/customers/deposit', headers, { customer_id: `c${i}`, amount: CREDIT });
  // Its own file on SQLite, which has one writer: a second one would wait for the server's.
  const bare = await startBareLedger(await databaseFor(settings.DATABASE_URL, file), project);
  const common = { method: 'POST', headers };
  try {
    const results = await sideBySide([
      { ...common, name: 'by hand, one customer', server: bare, path: '/bare', requests: [once('c0')] },
      { ...common, name: 'deduct, one customer', server, path: '/v1/billing/deduct', requests: [once('c0')] },
      { ...common, name: 'by hand, 1,000 customers', server: bare, path: '/bare', requests: ofMany() },
      {
        ...common,
        ...{ name: 'deduct, 1,000 customers', against: 'by hand, 1,000 customers' },
        ...{ server, path: '/v1/billing/deduct', requests: ofMany() },
      },
      { ...common, name: 'freeze, 1,000 customers', server, path: '/v1/billing/freeze', requests: ofMany() },
    ]);
    print(`POST /v1/billing/deduct, ${name}; at least 50 % of the same statements by hand`, results);
  } finally {
    for (const each of [bare, server]) await each.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

const ADMINISTRATOR = 'rol_00000000000000000000000001';
let transactions = 0;

/** A deduction of one, with a transaction id of its own each time. */
const once = customer_id => ({
  setupRequest: request => ({
    ...request,
    body: JSON.stringify({ customer_id, amount: 1, transaction_id: `t${process.pid}-${++transactions}` }),
  }),
});
const ofMany = () => Array.from({ length: CUSTOMERS }, (_, i) => once(`c${i}`));

async function databaseFor(url, file) {
  if (!url.startsWith('sqlite:')) return { uri: url };
  const copy = `${file}.copy`;
  const database = new Sqlite(file);
  await database.backup(copy);
  database.close();
  return { file: copy };
}

async function send({ url }, path, headers, body) {
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}
