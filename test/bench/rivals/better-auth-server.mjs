// better-auth's API-key verification behind a bare Fastify POST route, on better-sqlite3 in WAL mode. With `LIMITS`,
// it counts each key's requests against a limit that none reaches.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import Database from 'better-sqlite3';
import { tellLag } from '../lag.mjs';

const Fastify = createRequire(join(import.meta.dirname, '../../../package.json'))('fastify');
const folder = mkdtempSync(join(tmpdir(), 'better-auth-bench-'));
const database = new Database(join(folder, 'auth.sqlite'));
database.pragma('journal_mode = WAL');

const rateLimit = {
  enabled: Boolean(process.env.LIMITS),
  timeWindow: 86_400_000,
  maxRequests: 1_000_000_000,
};
const auth = betterAuth({
  database,
  secret: 'a4f1c0b2e95d7786310c9be2f4d8a6b7',
  baseURL: 'http://localhost',
  emailAndPassword: { enabled: true },
  plugins: [apiKey({ rateLimit })],
  telemetry: { enabled: false },
  logger: { disabled: true },
});
await (await getMigrations(auth.options)).runMigrations();
const account = { email: 'bench@example.com', password: 'tessellate-quokka-41', name: 'Bench' };
const { user } = await auth.api.signUpEmail({ body: account });
const { key } = await auth.api.createApiKey({ body: { name: 'Bench', userId: user.id } });

const fastify = Fastify();
fastify.post('/verify', request => auth.api.verifyApiKey({ body: request.body }));
tellLag();
await fastify.listen({ port: 0, host: '127.0.0.1' });
process.send({ port: fastify.server.address().port, key });
process.once('SIGTERM', async () => {
  await fastify.close();
  database.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});
