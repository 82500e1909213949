import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client } from './client.js';
import { freePort } from './free-port.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD } from './server.js';
import { waitFor } from './wait-for.js';

const ROOT = join(__dirname, '../..');
const READY_MS = 25_000;

/** A server in a process of its own, on a database and a data folder that outlive it. */
export interface ServerProcess {
  readonly url: string;
  readonly api: Client;
  readonly dataDir: string;
  /** Ends it the way a supervisor does, and waits until it is gone. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash does: nothing of it runs any more. */
  kill(): Promise<void>;
}

/** Starts a server process; `environment` names its `DATA_DIR` and `DATABASE_URL`. */
export async function startServerProcess(
  environment: Record<'DATA_DIR' | 'DATABASE_URL', string> & Record<string, string>,
): Promise<ServerProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, ['--require', join(__dirname, 'typescript.cjs'), 'src/main.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      // Where the compiler keeps its own binary.
      HOME: process.env.HOME,
      PORT: String(port),
      ADMIN_EMAIL,
      ADMIN_PASSWORD,
      LOG_LEVEL: 'error',
      ...environment,
    },
  });
  const exit = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exit;
  };
  try {
    await waitFor(
      'a server process to be ready',
      async () => {
        if (child.exitCode !== null) throw new Error(`the server process ended with ${child.exitCode}`);
        return (await fetch(`${url}/health/ready`).catch(() => null))?.ok;
      },
      READY_MS,
    );
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return {
    url,
    api: new Client(url),
    dataDir: environment.DATA_DIR,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
