import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { print, sideBySide } from './load.mjs';
import { databases, startBare, startBuilt, startRival } from './servers.mjs';
import { firstKey, furtherKeys } from './whoami.mjs';

const ADMINISTRATOR = 'rol_00000000000000000000000001';
const RIVALS = join(import.meta.dirname, 'rivals/node_modules');

/**
 * `POST /v1/api-keys/verify`, a gateway's key checking a client's, against a bare Fastify POST route that answers
 * the same bytes, for one key and for a thousand at random, and against better-auth's API-key plugin, which `npm ci --prefix test/bench/rivals` installs:
 * with limits that nobody reaches, as here, and without any. Targets: at least 35 % of the bare route, at least 12
 * times the rival.
 */
export async function verify() {
  for (const database of await databases()) await on(database).finally(database.drop);
}

async function on({ name, environment }) {
  const server = await startBuilt(environment);
  const { authorization, issue } = await firstKey(server, { name: 'Gateway', role_id: ADMINISTRATOR });
  const { secret } = await issue({ name: 'Client' });
  const headers = { authorization, 'content-type': 'application/json' };
  const body = JSON.stringify({ key: secret });
  const answer = await fetch(`${server.url}/v1/api-keys/verify`, { method: 'POST', headers, body });
  const bare = await startBare({ 'content-type': answer.headers.get('content-type') }, await answer.text());
  const requests = (await furtherKeys(server, issue)).map(key => ({
    body: JSON.stringify({ key: key.secret }),
  }));
  const rivals = existsSync(RIVALS) ? [await startRival({ LIMITS: 'yes' }), await startRival()] : [];
  const post = { method: 'POST', headers, body };
  try {
    const results = await sideBySide([
      { name: 'bare Fastify, same body', server: bare, path: '/bare', ...post },
      { name: 'POST /v1/api-keys/verify', server, path: '/v1/api-keys/verify', ...post },
      { name: 'bare Fastify, a thousand keys', server: bare, path: '/bare', ...post, requests },
      {
        name: 'POST …/verify, a thousand keys',
        against: 'bare Fastify, a thousand keys',
        server,
        path: '/v1/api-keys/verify',
        ...post,
        requests,
      },
      ...rivals.map((rival, at) => ({
        name: at === 0 ? 'better-auth' : 'better-auth without limits',
        server: rival,
        path: '/verify',
        ...post,
        body: JSON.stringify({ key: rival.key }),
      })),
    ]);
    print(`POST /v1/api-keys/verify, ${name}; at least 35 % of bare Fastify, 12 × better-auth`, results);
    for (const { name: rival, rate } of results.slice(4))
      console.log(`  ${(results[1].rate / rate).toFixed(1)} × ${rival}`);
    if (!rivals.length) console.log('  better-auth is left out: npm ci --prefix test/bench/rivals');
  } finally {
    for (const each of [bare, ...rivals, server]) await each.stop();
  }
}
