// The main job against a running server, for a person who wants to see it work:
// register, activate, sign in, create a project, issue a key, call with it, read the event log.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const base = (process.env.BASE_URL ?? `http://localhost:${process.env.PORT ?? 3000}`).replace(/\/$/, '');
const mailFolder = join(process.env.DATA_DIR ?? './data', 'mail');

/** Sends one request, prints it and its answer in short, and returns the answer's body. */
async function call(method, path, { auth, body, expect = [200, 201] } = {}) {
  const headers = {
    ...(auth && { authorization: auth }),
    ...(body && { 'content-type': 'application/json' }),
  };
  const response = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
  const answer = await response.json();
  console.log(
    `\n${method} ${path}${body ? ` ${shorten(body)}` : ''}\n  ${response.status} ${shorten(answer)}`,
  );
  if (!expect.includes(response.status))
    throw new Error(`expected ${expect.join(' or ')}, got ${response.status}`);
  return answer;
}

function shorten(value) {
  const text = JSON.stringify(value, (key, inner) => (/password|secret|token/.test(key) ? '…' : inner));
  return text.length > 220 ? `${text.slice(0, 220)}…` : text;
}

/** Waits for the activation mail; without SMTP_URL the server writes mails to its data folder. */
async function activationToken(address) {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    const files = await readdir(mailFolder).catch(() => []);
    for (const file of files
      .filter(name => name.endsWith('.eml'))
      .sort()
      .reverse()) {
      const mail = await readFile(join(mailFolder, file), 'utf8');
      const token = mail.includes(address) && /#token=([\w-]+)/.exec(mail);
      if (token) return token[1];
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(
    `no activation mail for ${address} in ${mailFolder}: set DATA_DIR to the server's, and run it without SMTP_URL`,
  );
}

async function demo() {
  const email = `ada.${Date.now()}@example.com`;
  const password = 'a demo passphrase of some length';
  await call('POST', '/v1/users', { body: { email, password, first_name: 'Ada', name: 'Lovelace' } });
  await call('POST', '/v1/users/activate', { body: { token: await activationToken(email), password } });
  const { token } = await call('POST', '/v1/sessions', { body: { email, password } });
  const session = `Bearer ${token}`;
  await call('GET', '/v1/me', { auth: session });
  const project = await call('POST', '/v1/projects', {
    auth: session,
    body: { name: 'Analytical engine', purpose: 'Demonstration', country: 'GB' },
  });
  const issued = await call('POST', `/v1/projects/${project.id}/api-keys`, {
    auth: session,
    body: { name: 'First key' },
  });
  const key = `Basic ${Buffer.from(`api-key:${issued.secret}`).toString('base64')}`;
  await call('GET', '/v1/whoami', { auth: key });
  await call('GET', `/v1/projects/${project.id}`, { auth: session });
  await call('GET', `/v1/projects/${project.id}/events`, { auth: key, expect: [403] });
  const events = await call('GET', `/v1/projects/${project.id}/events`, { auth: session });
  console.log('\nThe event log, newest first:');
  for (const event of events.items) {
    console.log(
      `  ${event.created_at}  ${event.type.padEnd(20)} ${event.outcome.padEnd(8)} by ${event.actor.name}`,
    );
  }
}

demo().catch(error => {
  console.error(
    `\nThe demo stopped: ${error.cause?.code === 'ECONNREFUSED' ? `no server at ${base}; start one with npm start` : error.message}`,
  );
  process.exit(1);
});
