import { performance } from 'node:perf_hooks';
import { databases, post, signIn, startBuilt } from './servers.mjs';

const ENTRIES = Number(process.env.BENCH_ENTRIES || 20_000);
const AT_ONCE = 20;

/** How many entries of an event log are verified in a second, and what that does to the server's event loop. */
export async function audit() {
  for (const database of await databases()) await on(database).finally(database.drop);
}

async function on({ name, environment }) {
  const server = await startBuilt(environment);
  try {
    const session = await signIn(server);
    const project = await post(`${server.url}/v1/projects`, { name: 'Bench' }, session);
    await fill(server, project, session);
    const path = `${server.url}/v1/projects/${project.id}/events/verify`;
    const verify = async () => (await fetch(path, { headers: { authorization: session } })).json();
    await verify();
    await server.lag();
    const began = performance.now();
    const { valid, checked, first_bad } = await verify();
    const seconds = (performance.now() - began) / 1000;
    if (!valid) throw new Error(`the log is not valid: ${JSON.stringify(first_bad)}`);
    const { p99 } = await server.lag();
    console.log(`\nGET …/events/verify, ${name}`);
    console.log(
      `  ${checked} entries   ${(checked / seconds).toFixed(0)} entries/s   lag p99 ${p99.toFixed(1)} ms (at most 20)`,
    );
  } finally {
    await server.stop();
  }
}

/** Changes a project until its log has so many entries. */
async function fill({ url }, project, authorization) {
  const headers = { authorization, 'content-type': 'application/json' };
  const change = async n => {
    const body = JSON.stringify({ description: `Change ${n}`, confirm: true });
    const answer = await fetch(`${url}/v1/projects/${project.id}/settings`, {
      method: 'PATCH',
      headers,
      body,
    });
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  };
  for (let n = 0; n < ENTRIES; n += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => change(n + at)));
  // Until everything is sealed.
  for (;;) {
    const answer = await fetch(`${url}/v1/projects/${project.id}/events?limit=1`, { headers });
    if ((await answer.json()).items[0].sequence !== null) return;
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}
