// npm run demo: the main job against a running server, for a person who wants to see it work.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { base, basic, run, send } from './server.mjs';

const mailFolder = join(process.env.DATA_DIR ?? './data', 'mail');
const MAIL_MS = 10_000;

/** Says what comes, sends one request, prints it and its answer in short, and returns the answer's body. */
async function step(what, method, path, { expect = [200, 201], ...options } = {}) {
  console.log(`\n${what}\n  ${method} ${path}${options.body ? ` ${shorten(options.body)}` : ''}`);
  const { status, body } = await send(method, path, options);
  console.log(`  ${status} ${shorten(body)}`);
  if (!expect.includes(status)) throw new Error(`expected ${expect.join(' or ')}, got ${status}`);
  return body;
}

function shorten(value) {
  const text = JSON.stringify(value, (key, inner) => (/password|secret|token/.test(key) ? '…' : inner));
  return text.length > 220 ? `${text.slice(0, 220)}…` : text;
}

/** Waits for the activation mail; without SMTP_URL the server writes mails to its data folder. */
async function activationToken(address) {
  for (const deadline = Date.now() + MAIL_MS; Date.now() < deadline;) {
    const names = (await readdir(mailFolder).catch(() => [])).filter(name => name.endsWith('.eml'));
    for (const name of names.sort().reverse()) {
      const mail = await readFile(join(mailFolder, name), 'utf8');
      const token = mail.includes(address) && /#token=([\w-]+)/.exec(mail);
      if (token) return token[1];
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(
    `no activation mail for ${address} in ${mailFolder}. Set DATA_DIR to the server's data folder; a server with ` +
      'SMTP_URL sends its mails out, and this demo cannot read them',
  );
}

async function demo() {
  console.log(
    `The main job, against ${base}: somebody registers, makes a project, issues an API key, calls with it and reads what\n` +
      'the event log says of all that. Passwords, secrets and tokens are shown as "…".',
  );
  const email = `ada.${Date.now()}@example.com`;
  const password = 'a demo passphrase of some length';
  await step('Ada registers. The account is new, and a mail is on its way.', 'POST', '/v1/users', {
    body: { email, password, first_name: 'Ada', name: 'Lovelace' },
  });
  const token = await activationToken(email);
  await step(`She opens the mail (in ${mailFolder}) and types her password.`, 'POST', '/v1/users/activate', {
    body: { token, password },
  });
  const signedIn = await step('She signs in, and gets a session token.', 'POST', '/v1/sessions', {
    body: { email, password },
  });
  const session = `Bearer ${signedIn.token}`;
  const project = await step(
    'She makes a project. Whoever makes one administers it.',
    'POST',
    '/v1/projects',
    {
      auth: session,
      body: { name: 'Analytical engine', purpose: 'Demonstration', country: 'GB' },
    },
  );
  const path = `/v1/projects/${project.id}`;
  const issued = await step(
    'She issues a key. Its secret is shown this once, and its role is "member" unless she says otherwise.',
    'POST',
    `${path}/api-keys`,
    { auth: session, body: { name: 'First key' } },
  );
  const key = basic(issued.secret);
  await step('A script calls with the key, by Basic Auth. That activates the project.', 'GET', '/v1/whoami', {
    auth: key,
  });
  await step('The project is active now.', 'GET', path, { auth: session });
  await step(
    'The script asks for the event log, and is refused. That is meant: the role "member" has no audit:read.',
    'GET',
    `${path}/events`,
    { auth: key, expect: [403] },
  );
  const events = await step('Ada may read it: she is the administrator.', 'GET', `${path}/events`, {
    auth: session,
  });
  console.log(
    '\nThe event log, newest first. Everything that changed left one entry, and so did the refusal:',
  );
  for (const { created_at, type, outcome, actor } of events.items)
    console.log(`  ${created_at}  ${type.padEnd(20)} ${outcome.padEnd(8)} by ${actor.name}`);
  console.log(
    `\nGo on as Ada: open ${base}/docs, run POST /v1/sessions there with\n` +
      `  {"email": "${email}", "password": "${password}"}\n` +
      'and everything after it is signed in. Or in a shell:\n\n' +
      `  export URL=${base} PROJECT=${project.id} SESSION=${signedIn.token}\n` +
      '  curl -s -H "authorization: Bearer $SESSION" $URL/v1/projects/$PROJECT\n' +
      '  npm run traffic                      # fills a project of hers with calls\n',
  );
}

run(demo);
