import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Answer } from './client.js';
import { freePort } from './free-port.js';
import { waitFor } from './wait-for.js';

const PRISM = join(__dirname, '../../node_modules/@stoplight/prism-cli/dist/index.js');

/** Prism before a server: it passes everything on and compares both ways with the document. */
export interface Prism {
  readonly url: string;
  /** What its log says against requests and answers so far. */
  violations(): string[];
  stop(): Promise<void>;
}

/** Starts Prism as a proxy; `document` is a file or URL. */
export async function startPrism(document: string, upstream: string): Promise<Prism> {
  const port = await freePort();
  const child = spawn(process.execPath, [PRISM, 'proxy', document, upstream, '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = once(child, 'close');
  const stop = async () => {
    child.kill();
    await ended;
  };
  try {
    await waitFor('Prism to listen', () => {
      if (child.exitCode !== null) throw new Error(`Prism ended: ${log}`);
      return log.includes('Prism is listening');
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    violations: () => [...log.matchAll(/Violation: .*/g)].map(([line]) => line),
    stop,
  };
}

/** What Prism says against one answer, and against its request. */
export function violationsOf({ headers }: Answer): { location: string[]; message: string }[] {
  const said = headers.get('sl-violations') ?? '[]';
  // Where there are more than fit into a header, it says no more than that.
  return said.startsWith('[') ? JSON.parse(said) : [{ location: ['response'], message: said }];
}
