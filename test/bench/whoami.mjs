import { print, sideBySide } from './load.mjs';
import { post, signIn, startBare, startBuilt } from './servers.mjs';

/** What Node writes by itself, on the bare route too. */
const WRITTEN_BY_NODE = ['connection', 'keep-alive', 'date', 'content-length'];

/**
 * `GET /v1/whoami` by API key against a bare Fastify route that answers the same bytes, and against one that answers
 * the same body with no header beside its type. Target: at least 50 % of the first.
 */
export async function whoami() {
  const server = await startBuilt();
  const { authorization } = await firstKey(server);
  const headers = { authorization };
  const answer = await fetch(`${server.url}/v1/whoami`, { headers });
  const body = await answer.text();
  const all = Object.fromEntries([...answer.headers].filter(([name]) => !WRITTEN_BY_NODE.includes(name)));
  const bare = await startBare({ 'content-type': all['content-type'] }, body);
  const dressed = await startBare(all, body);
  try {
    const results = await sideBySide([
      { name: 'bare Fastify, same bytes', server: dressed, path: '/bare', headers },
      { name: 'bare Fastify, same body', server: bare, path: '/bare', headers },
      { name: 'GET /v1/whoami', server, path: '/v1/whoami', headers },
    ]);
    print('GET /v1/whoami by API key, SQLite; at least 50 % of bare Fastify with the same bytes', results);
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
  const authorization = `Basic ${Buffer.from(`api-key:${secret}`).toString('base64')}`;
  await fetch(`${server.url}/v1/whoami`, { headers: { authorization } });
  return { authorization, issue };
}
