// npm run traffic: fills a project with realistic traffic on a running server, so that usage, limits, request log and
// alerts can be looked at. It makes the project and a few keys, and calls with them.
import { ask, base, basic, run, send } from './server.mjs';

const HELP = `npm run traffic makes a project with four keys and calls with them. It signs in as whom you name:

  SESSION                        a session token, or
  ADMIN_EMAIL, ADMIN_PASSWORD    what the server printed at its first start (admin@localhost.localdomain)

  URL or PORT                    where the server is (http://localhost:3000)
  SECONDS_OF_TRAFFIC             how long it calls (60)
  RATE                           calls a second, about (10)
`;
const seconds = Number(process.env.SECONDS_OF_TRAFFIC ?? 60);
const rate = Number(process.env.RATE ?? 10);
const PROGRESS_MS = 5_000;

const ROLES = {
  administrator: 'rol_00000000000000000000000001',
  member: 'rol_00000000000000000000000002',
  viewer: 'rol_00000000000000000000000003',
};

/** Who calls: how often compared with the others, as what, from where, with which program. */
const CLIENTS = [
  { name: 'Web shop', role: 'viewer', weight: 50, agent: 'Mozilla/5.0 (X11; Linux x86_64) shop/4.1' },
  { name: 'Mobile app', role: 'viewer', weight: 30, agent: 'weather-ios/7.2 CFNetwork/1490' },
  { name: 'Nightly import', role: 'member', weight: 15, agent: 'python-requests/2.32.3' },
  { name: 'Back office', role: 'administrator', weight: 5, agent: 'curl/8.5.0' },
];

/** What is called; some of it is refused or not there, as in life. */
const CALLS = [
  { weight: 55, path: () => '/v1/whoami' },
  { weight: 20, path: project => `/v1/projects/${project.id}` },
  { weight: 8, path: project => `/v1/lookup/${project.id}` },
  { weight: 6, path: project => `/v1/projects/${project.id}/usage?group_by=route` },
  { weight: 5, path: project => `/v1/projects/${project.id}/api-keys` },
  { weight: 4, path: () => '/v1/lookup/key_00000000000000000000000000' },
  { weight: 2, path: project => `/v1/projects/${project.id}/request-logs?status=nonsense` },
];

/** One of the choices, those with more weight more often. */
function pick(choices) {
  let left = Math.random() * choices.reduce((sum, { weight }) => sum + weight, 0);
  return choices.find(({ weight }) => (left -= weight) < 0) ?? choices[0];
}

async function traffic() {
  const { SESSION, ADMIN_EMAIL = 'admin@localhost.localdomain', ADMIN_PASSWORD } = process.env;
  if (!SESSION && !ADMIN_PASSWORD) throw new Error(`nobody to sign in as.\n\n${HELP}`);
  const body = { email: ADMIN_EMAIL, password: ADMIN_PASSWORD };
  const auth = `Bearer ${SESSION ?? (await ask('POST', '/v1/sessions', { body })).token}`;
  const name = `Traffic of ${new Date().toISOString().slice(0, 16)}`;
  const project = await ask('POST', '/v1/projects', { auth, body: { name } });
  console.log(`Project "${name}", ${project.id}, on ${base}. Its keys:`);
  for (const client of CLIENTS) {
    const key = { name: client.name, role_id: ROLES[client.role] };
    const { api_key, secret } = await ask('POST', `/v1/projects/${project.id}/api-keys`, { auth, body: key });
    Object.assign(client, { id: api_key.id, auth: basic(secret) });
    console.log(`  ${client.name.padEnd(16)} ${client.role.padEnd(14)} ${api_key.id}`);
  }
  console.log(`\nCalling about ${rate} times a second for ${seconds} s:`);
  const counts = await callAll(project);
  console.log(`Answers: ${[...counts].map(([status, count]) => `${count} × ${status}`).join(', ')}.`);
  console.log(
    'The 400, 403 and 404 among them are meant; a 429 says that the organization used up its minute.\n',
  );
  await report(project, auth);
}

/** Calls at random moments, as independent clients do; answers how often each status came. */
async function callAll(project) {
  const counts = new Map();
  const running = new Set();
  let answered = 0;
  const begin = Date.now();
  const progress = setInterval(() => {
    console.log(`  ${Math.round((Date.now() - begin) / 1000)} s: ${answered} answers`);
  }, PROGRESS_MS);
  while (Date.now() < begin + seconds * 1000) {
    const { auth, agent } = pick(CLIENTS);
    const request = send('GET', pick(CALLS).path(project), { auth, headers: { 'user-agent': agent } });
    const counted = request.then(({ status }) => {
      answered++;
      counts.set(status, (counts.get(status) ?? 0) + 1);
      running.delete(counted);
    });
    running.add(counted);
    // A call that nobody answers stops the script, once it is looked at; until then it must not end the process.
    counted.catch(() => {});
    await new Promise(resolve => setTimeout(resolve, (-Math.log(1 - Math.random()) / rate) * 1000));
  }
  clearInterval(progress);
  await Promise.all(running);
  return counts;
}

async function report(project, auth) {
  const path = `/v1/projects/${project.id}`;
  const names = new Map(CLIENTS.map(({ id, name }) => [id, name]));
  for (const by of ['route', 'status', 'api_key']) {
    const { groups, totals } = await ask('GET', `${path}/usage?group_by=${by}`, { auth });
    console.log(`${`By ${by.replace('_', ' ')}`.padEnd(40)} requests   errors`);
    for (const { requests, errors, ...group } of groups) {
      const value = String(Object.values(group)[0]);
      const label = names.get(value) ?? value;
      console.log(`  ${label.padEnd(38)} ${String(requests).padStart(8)} ${String(errors).padStart(8)}`);
    }
    console.log(
      `  ${'all'.padEnd(38)} ${String(totals.requests).padStart(8)} ${String(totals.errors).padStart(8)}\n`,
    );
  }
  console.log(
    `Look further: ${base}/docs, or with that session\n  GET ${base}${path}/usage\n  GET ${base}${path}/request-logs?status=4xx`,
  );
}

run(traffic);
