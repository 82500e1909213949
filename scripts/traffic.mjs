// npm run traffic: fills a project with realistic traffic on a running server, so that usage, limits, request
// log and alerts can be looked at. Signs in with ADMIN_EMAIL and ADMIN_PASSWORD, makes a project with a few
// keys, and calls with them for SECONDS_OF_TRAFFIC (60) at about RATE requests a second (20).
const base = (process.env.BASE_URL ?? `http://localhost:${process.env.PORT ?? 3000}`).replace(/\/$/, '');
const email = process.env.ADMIN_EMAIL ?? 'admin@localhost.localdomain';
const password = process.env.ADMIN_PASSWORD;
const seconds = Number(process.env.SECONDS_OF_TRAFFIC ?? 60);
const rate = Number(process.env.RATE ?? 20);

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

async function answer(method, path, { auth, body } = {}) {
  const headers = { authorization: auth, ...(body && { 'content-type': 'application/json' }) };
  const response = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
  const json = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(json.error)}`);
  return json;
}

/** One of the choices, those with more weight more often. */
function pick(choices) {
  let left = Math.random() * choices.reduce((sum, { weight }) => sum + weight, 0);
  return choices.find(({ weight }) => (left -= weight) < 0) ?? choices[0];
}

async function traffic() {
  if (!password) throw new Error('set ADMIN_PASSWORD to what the server printed at its first start');
  const session = await fetch(`${base}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (session.status !== 201) throw new Error(`${email} cannot sign in: ${await session.text()}`);
  const auth = `Bearer ${(await session.json()).token}`;
  const name = `Traffic of ${new Date().toISOString().slice(0, 16)}`;
  const project = await answer('POST', '/v1/projects', { auth, body: { name } });
  for (const client of CLIENTS) {
    const body = { name: client.name, role_id: ROLES[client.role] };
    const { secret } = await answer('POST', `/v1/projects/${project.id}/api-keys`, { auth, body });
    client.headers = {
      authorization: `Basic ${Buffer.from(`api-key:${secret}`).toString('base64')}`,
      'user-agent': client.agent,
    };
  }
  console.log(`${name}: ${project.id}, about ${rate} requests a second for ${seconds} s`);
  const counts = await call(project);
  console.log(`Answers: ${[...counts].map(([status, count]) => `${count} × ${status}`).join(', ')}\n`);
  await report(project, auth);
}

/** Calls at random moments, as independent clients do; answers how often each status came. */
async function call(project) {
  const counts = new Map();
  const running = new Set();
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const request = fetch(base + pick(CALLS).path(project), { headers: pick(CLIENTS).headers }).then(
      async response => {
        await response.arrayBuffer();
        counts.set(response.status, (counts.get(response.status) ?? 0) + 1);
        running.delete(request);
      },
    );
    running.add(request);
    await new Promise(resolve => setTimeout(resolve, (-Math.log(1 - Math.random()) / rate) * 1000));
  }
  await Promise.all(running);
  return counts;
}

async function report(project, auth) {
  const path = `/v1/projects/${project.id}`;
  for (const by of ['route', 'status', 'api_key']) {
    const { groups, totals } = await answer('GET', `${path}/usage?group_by=${by}`, { auth });
    console.log(`By ${by} (${totals.requests} requests, ${totals.errors} errors):`);
    for (const { requests, errors, ...group } of groups) {
      const label = String(Object.values(group)[0]);
      console.log(`  ${label.padEnd(36)} ${String(requests).padStart(6)} ${String(errors).padStart(6)}`);
    }
  }
  console.log(
    `\nLook further: GET ${base}${path}/usage and ${base}${path}/request-logs?status=4xx, or ${base}/docs`,
  );
}

traffic().catch(error => {
  console.error(error.cause?.code === 'ECONNREFUSED' ? `no server at ${base}: npm start` : error.message);
  process.exit(1);
});
