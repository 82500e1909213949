import { print, sideBySide } from './load.mjs';
import { databases, post, signIn, startBare, startBuilt } from './servers.mjs';

/** What Node writes by itself, on the bare route too. */
const WRITTEN_BY_NODE = ['connection', 'keep-alive', 'date', 'content-length'];
const KEYS = 1_000;

/**
 * `GET /v1/whoami` by API key against a bare Fastify route that answers the same bytes, by one key and by a
 * thousand at random, and against one that answers the same body with no header beside its type. Targets: at least
 * 50 % of the first by one key, 45 % by a thousand, with a p99 of at most four times the bare server's.
 */
export async function whoami() {
  for (const database of await databases()) await on(database).finally(database.drop);
}

async function on({ name, environment }) {
  const server = await startBuilt(environment);
  const { authorization, issue } = await firstKey(server);
  const headers = { authorization };
  const answer = await fetch(`${server.url}/v1/whoami`, { headers });
  const body = await answer.text();
  const all = Object.fromEntries([...answer.headers].filter(([name]) => !WRITTEN_BY_NODE.includes(name)));
  const requests = (await furtherKeys(server, issue)).map(key => ({
    headers: { authorization: key.authorization },
  }));
  const bare = await startBare({ 'content-type': all['content-type'] }, body);
  const dressed = await startBare(all, body);
  try {
    const results = await sideBySide([
      { name: 'bare Fastify, same bytes', server: dressed, path: '/bare', headers },
      { name: 'bare Fastify, same body', server: bare, path: '/bare', headers },
      { name: 'GET /v1/whoami', server, path: '/v1/whoami', headers },
      { name: 'bare Fastify, a thousand keys', server: dressed, path: '/bare', requests },
      {
        name: 'GET /v1/whoami, a thousand keys',
        against: 'bare Fastify, a thousand keys',
        server,
        path: '/v1/whoami',
        requests,
      },
    ]);
    print(
      `GET /v1/whoami by API key, ${name}; at least 50 % of bare Fastify, 45 % by a thousand keys`,
      results,
    );
  } finally {
    for (const each of [bare, dressed, server]) await each.stop();
  }
}

/** Makes a project and a key, and uses the key once, which activates the project; `issue` makes further keys. */
export async function firstKey(server, key = { name: 'Bench' }) {
  const session = await signIn(server);
  const project = await post(`${server.url}/v1/projects`, { name: 'Bench' }, session);
  const issue = body => post(`${server.url}/v1/projects/${project.id}/api-keys`, body, session);
  const { secret } = await issue(key);
  const authorization = basic(secret);
  await fetch(`${server.url}/v1/whoami`, { headers: { authorization } });
  return { authorization, issue, project: project.id };
}

/** Keys until the project has a thousand, each used once. */
export async function furtherKeys(server, issue, key = { name: 'Bench' }) {
  const keys = [];
  while (keys.length < KEYS - 2) {
    const { secret } = await issue(key);
    const authorization = basic(secret);
    await fetch(`${server.url}/v1/whoami`, { headers: { authorization } });
    keys.push({ secret, authorization });
  }
  return keys;
}

function basic(secret) {
  return `Basic ${Buffer.from(`api-key:${secret}`).toString('base64')}`;
}
