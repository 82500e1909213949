import { Client } from './client.js';
import { freePort } from './free-port.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD } from './server.js';
import { type Disk, type Exit, runSource } from './source-process.js';
import { waitFor } from './wait-for.js';

const READY_MS = 25_000;
/** What a supervisor grants a process that was told to end. */
const END_MS = 30_000;

/** A server in a process of its own, on a database and a data folder that outlive it. */
export interface ServerProcess {
  readonly pid: number;
  readonly url: string;
  readonly api: Client;
  readonly dataDir: string;
  signal(signal: NodeJS.Signals): void;
  /** Ends it the way a supervisor does, and waits until it is gone. */
  stop(): Promise<Exit>;
  /** Ends it at once, as a crash does: nothing of it runs any more. */
  kill(): Promise<Exit>;
}

/** Starts a server process; `environment` names its `DATA_DIR` and `DATABASE_URL`. */
export async function startServerProcess(
  environment: Record<'DATA_DIR' | 'DATABASE_URL', string> & Record<string, string>,
  disk?: Disk,
): Promise<ServerProcess> {
  const port = await freePort();
  const given = { PORT: String(port), ADMIN_EMAIL, ADMIN_PASSWORD, MAIL_LIMIT_PER_HOUR: '0', ...environment };
  const child = runSource('main', given, disk);
  const url = `http://127.0.0.1:${port}`;
  const end = (signal: NodeJS.Signals) => {
    child.signal(signal);
    return child.ended(END_MS);
  };
  try {
    await waitFor(
      'a server process to be ready',
      async () => {
        if (child.exit) throw new Error(`the server process ended: ${JSON.stringify(child.exit)}`);
        return (await fetch(`${url}/health/ready`).catch(() => null))?.ok;
      },
      READY_MS,
    );
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return {
    pid: child.pid,
    url,
    api: new Client(url),
    dataDir: environment.DATA_DIR,
    signal: child.signal,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
