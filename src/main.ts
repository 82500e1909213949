import { beforeStart } from './before-start.js';
import { Config } from './kernel/config/config.js';
import { ListenError } from './kernel/errors/listen-error.js';
import { endUnstarted } from './start-failure.js';

/** The HTTP process. */
async function main(): Promise<void> {
  const config = Config.from(process.env);
  await beforeStart(config);
  // Loaded only here, so that a package that cannot be loaded is told of like everything else that is wrong.
  const { createServer } = await import('./server.js');
  const { FirstAdmin } = await import('./modules/auth/first-admin.service.js');
  const app = await createServer(config);
  const admin = await app.get(FirstAdmin).ensure();
  // Printed before anything else can fail: they exist now and cannot be shown a second time.
  if (admin?.generatedPassword) process.stdout.write(credentials(admin.email, admin.generatedPassword));
  await app.listen(config.port, config.host).catch((error: Error) => {
    throw new ListenError('PORT', error);
  });
  const address = app.getHttpServer().address() as { port: number };
  const local = `http://localhost:${address.port}`;
  const url = process.env.PUBLIC_URL ? config.publicUrl : local;
  process.stdout.write(welcome(url, admin, demo(local, config.dataDir)));
}

/** The command that shows the main job done, with what it needs to find this server. */
function demo(url: string, dataDir: string): string {
  const variables = [
    url === 'http://localhost:3000' ? [] : `URL=${url} `,
    dataDir === './data' ? [] : `DATA_DIR='${dataDir}' `,
  ].flat();
  return `${variables.join('')}npm run demo`;
}

function welcome(
  url: string,
  admin: { email: string; generatedPassword: string | null } | null,
  demoCommand: string,
): string {
  const email = admin?.email ?? '<e-mail>';
  const password = admin?.generatedPassword ?? '<password>';
  return paragraphs(
    [`Bailiwick is up: ${url}/docs`],
    [
      `Next, sign in (or see it all work: ${demoCommand}):`,
      `  curl -s ${url}/v1/sessions -H 'content-type: application/json' -d '{"email":"${email}","password":"${password}"}'`,
    ],
  );
}

function credentials(email: string, password: string): string {
  return paragraphs([
    'The first platform admin, shown this once:',
    `  e-mail    ${email}`,
    `  password  ${password}`,
  ]);
}

function paragraphs(...all: string[][]): string {
  return all.map(lines => `\n${lines.map(line => `  ${line}\n`).join('')}`).join('');
}

main().catch((error: unknown) => endUnstarted('Bailiwick', error));
