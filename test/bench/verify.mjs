import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { print, sideBySide } from './load.mjs';
import { startBare, startBuilt, startRival } from './servers.mjs';
import { firstKey } from './whoami.mjs';

const ADMINISTRATOR = 'rol_00000000000000000000000001';
const RIVALS = join(import.meta.dirname, 'rivals/node_modules');

/**
 * `POST /v1/api-keys/verify` against a bare Fastify POST route that answers the same bytes, and against
 * better-auth's API-key plugin, which `npm ci --prefix test/bench/rivals` installs. Targets: at least 35 % of the
 * bare route, at least 12 times the rival.
 */
export async function verify() {
  const server = await startBuilt();
  const { authorization, secret } = await firstKey(server, { name: 'Bench', role_id: ADMINISTRATOR });
  const headers = { authorization, 'content-type': 'application/json' };
  const body = JSON.stringify({ key: secret });
  const answer = await fetch(`${server.url}/v1/api-keys/verify`, { method: 'POST', headers, body });
  const bare = await startBare({ 'content-type': answer.headers.get('content-type') }, await answer.text());
  const rival = existsSync(RIVALS) ? await startRival() : null;
  const post = { method: 'POST', headers, body };
  try {
    const results = await sideBySide([
      { name: 'bare Fastify, same body', server: bare, path: '/bare', ...post },
      { name: 'POST /v1/api-keys/verify', server, path: '/v1/api-keys/verify', ...post },
      ...(rival
        ? [
            {
              name: 'better-auth',
              server: rival,
              path: '/verify',
              ...post,
              body: JSON.stringify({ key: rival.key }),
            },
          ]
        : []),
    ]);
    print('POST /v1/api-keys/verify, SQLite; at least 35 % of bare Fastify, 12 × better-auth', results);
    if (rival) console.log(`  ${(results[1].rate / results[2].rate).toFixed(1)} × better-auth`);
    else console.log('  better-auth is left out: npm ci --prefix test/bench/rivals');
  } finally {
    for (const each of [bare, rival, server]) await each?.stop();
  }
}
