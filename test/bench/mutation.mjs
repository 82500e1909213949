import { print, sideBySide } from './load.mjs';
import { signIn, startBuilt } from './servers.mjs';

/**
 * Creating a project, with its event-log entry and its welcome e-mail in the outbox, against the same without
 * either. Target: at most 1.5 times the time, so at least 67 % of the requests.
 */
export async function mutation() {
  const plain = await startBuilt({ RUN_JOBS: 'false', WITHOUT_AUDIT: 'yes' });
  const full = await startBuilt({ RUN_JOBS: 'false' });
  try {
    const results = await sideBySide([
      await createProjects('POST /v1/projects without', plain),
      await createProjects('POST /v1/projects with', full),
    ]);
    print('A mutation with event log and outbox, SQLite; at least 67 % of the same without', results);
  } finally {
    for (const each of [plain, full]) await each.stop();
  }
}

async function createProjects(name, server) {
  const headers = { 'content-type': 'application/json', authorization: await signIn(server) };
  return { name, server, path: '/v1/projects', method: 'POST', headers, body: '{"name":"Bench"}' };
}
