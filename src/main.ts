import { Config, ConfigError } from './kernel/config/config.js';
import { FirstAdmin } from './modules/auth/first-admin.service.js';
import { createServer } from './server.js';

/** The HTTP process. */
async function main(): Promise<void> {
  const config = Config.from(process.env);
  const app = await createServer(config);
  const admin = await app.get(FirstAdmin).ensure();
  await app.listen(config.port, config.host);
  const address = app.getHttpServer().address() as { port: number };
  const url = process.env.PUBLIC_URL ? config.publicUrl : `http://localhost:${address.port}`;
  process.stdout.write(welcome(url, admin));
}

function welcome(url: string, admin: { email: string; generatedPassword: string | null } | null): string {
  const lines = ['', `  Bailiwick is up: ${url}/docs`, ''];
  if (admin?.generatedPassword) {
    lines.push(
      '  The first platform admin, shown this once:',
      `    e-mail    ${admin.email}`,
      `    password  ${admin.generatedPassword}`,
      '',
    );
  }
  const email = admin?.email ?? '<e-mail>';
  const password = admin?.generatedPassword ?? '<password>';
  lines.push(
    '  Next, sign in (or see it all work: npm run demo):',
    `    curl -s ${url}/v1/sessions -H 'content-type: application/json' -d '{"email":"${email}","password":"${password}"}'`,
    '',
  );
  return `${lines.join('\n')}\n`;
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    process.exit(78);
  }
  process.stderr.write(
    `Bailiwick could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(1);
});
