import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client } from './client.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD } from './server.js';
import { waitFor } from './wait-for.js';

const START_MS = 60_000;

/** A server in a process of its own: one that can be killed. */
export interface ServerProcess {
  readonly api: Client;
  readonly dataDir: string;
  /** Ends the process as a power cut would (SIGKILL), and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts what {@link compileInto} compiled, and waits until it answers. */
export async function startProcess(
  compiled: string,
  environment: { DATA_DIR: string; DATABASE_URL: string; [name: string]: string },
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [join(compiled, 'main.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      HOST: '127.0.0.1',
      ADMIN_EMAIL,
      ADMIN_PASSWORD,
      LOG_LEVEL: 'error',
      ...environment,
    },
  });
  let output = '';
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  try {
    const port = await waitFor(
      'the server process to say where it listens',
      () => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${output}`);
        return /up: http:\/\/localhost:(\d+)/.exec(output)?.[1];
      },
      START_MS,
    );
    const api = new Client(`http://127.0.0.1:${port}`);
    return { api, dataDir: environment.DATA_DIR, kill: () => end(child) };
  } catch (error) {
    await end(child);
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
