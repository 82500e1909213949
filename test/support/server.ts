import { rm } from 'node:fs/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { Config } from '../../src/kernel/config/config.js';
import type { Patience } from '../../src/kernel/http/patience.js';
import { FirstAdmin } from '../../src/modules/auth/first-admin.service.js';
import { createServer } from '../../src/server.js';
import { Client } from './client.js';
import { freshDirectory, laneSettings } from './lane.js';
import { type Mail, readMails } from './mail.js';
import { migratedDatabase } from './migrated-database.js';

export const ADMIN_EMAIL = 'root@admins.example';
export const ADMIN_PASSWORD = 'tessellate-quokka-41';

/** A whole server in the test's own process, reached over real HTTP. */
export interface TestServer {
  readonly url: string;
  readonly api: Client;
  readonly config: Config;
  readonly dataDir: string;
  readonly databaseUrl: string;
  /** The application itself, to arrange what no route can (yet). */
  readonly app: INestApplicationContext;
  /** The mails written so far, oldest first. */
  mails(): Promise<Mail[]>;
  /** Shuts the server down and removes the database and the data folder that were made for it. */
  stop(): Promise<void>;
}

/**
 * Starts a server with a data folder and a database of its own. `overrides` are environment variables. A
 * `DATA_DIR` or `DATABASE_URL` among them is used as it is and stays after `stop`, to start another server
 * on the same data. One server at a time: Passport keeps its strategies for the whole process, so that the
 * last server started would authenticate for all.
 */
export async function startServer(
  overrides: Record<string, string> = {},
  patience?: Patience,
): Promise<TestServer> {
  const cleanups: (() => Promise<unknown>)[] = [];
  const dataDir = overrides.DATA_DIR ?? (await freshDirectory());
  if (!overrides.DATA_DIR) cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
  const database = overrides.DATABASE_URL ? null : await migratedDatabase();
  if (database) cleanups.push(() => database.drop());
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const databaseUrl = database?.url ?? overrides.DATABASE_URL!;
    const config = Config.from({
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DATABASE_URL: databaseUrl,
      ADMIN_EMAIL,
      ADMIN_PASSWORD,
      LOG_LEVEL: 'error',
      // Tests register many people from one address.
      MAIL_LIMIT_PER_HOUR: '0',
      ...laneSettings,
      ...overrides,
    });
    const app = await createServer(config, patience);
    cleanups.push(() => app.close());
    // The clients' connections are idle, and would be waited for.
    cleanups.push(async () => app.getHttpServer().closeIdleConnections());
    await app.get(FirstAdmin).ensure();
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const mails = () => readMails(dataDir);
    return { url, api: new Client(url), config, dataDir, databaseUrl, app, mails, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
