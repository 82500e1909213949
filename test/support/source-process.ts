import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { laneSettings } from './lane.js';
import { waitFor } from './wait-for.js';

const ROOT = join(__dirname, '../..');

/** How a process ended. */
export interface Exit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that runs one of the sources, compiled as the tests compile them: no build takes part in it. */
export interface SourceProcess {
  readonly pid: number;
  /** What it has written to standard output so far. */
  readonly stdout: string;
  /** How it ended, once it has; null while it runs. */
  readonly exit: Exit | null;
  /** Waits for it to end by itself. @throws Error when it does not, within `deadlineMs`. */
  ended(deadlineMs?: number): Promise<Exit>;
  signal(signal: NodeJS.Signals): void;
}

/** Starts `src/main.ts` or `src/worker.ts` with nothing but `environment` to go by. */
export function runSource(
  entry: 'main' | 'worker',
  environment: Record<string, string>,
  disk?: Disk,
): SourceProcess {
  return run(entry, [`src/${entry}.ts`], environment, disk);
}

/** A file system that only the process sees, in place of a folder: of few bytes, or one that never answers. */
export interface Disk {
  readonly folder: string;
  readonly bytes: number | 'silent';
}

/** Whether this machine lets a process have a {@link Disk} that never answers: a FUSE whose other side says nothing. */
export const hasSilentDisks = existsSync('/dev/fuse');

/** What starts a command in a mount namespace of its own, with such a file system; it needs no privileges. */
function onDisk({ folder, bytes }: Disk, command: string[]): string[] {
  const mount =
    bytes === 'silent'
      ? 'exec 3<>/dev/fuse && mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 silent "$0"'
      : `mount -t tmpfs -o size=${bytes},mode=700 tmpfs "$0"`;
  const namespace = ['--user', '--map-root-user', '--mount'];
  return ['unshare', ...namespace, 'sh', '-c', `${mount} && exec "$@"`, folder, ...command];
}

/** Starts a command of `src/cli.ts`. */
export function runCli(args: string[], environment: Record<string, string>): SourceProcess {
  return run(args[0]!, ['src/cli.ts', ...args], environment);
}

/** Starts a command of TypeORM's, such as `migration:show`, on `ormconfig.ts`. */
export function runTypeorm(command: string, environment: Record<string, string>): SourceProcess {
  return run(command, ['node_modules/typeorm/cli.js', command, '-d', 'ormconfig.ts'], environment);
}

function run(
  name: string,
  script: string[],
  environment: Record<string, string>,
  disk?: Disk,
): SourceProcess {
  const node = [process.execPath, '--require', join(__dirname, 'typescript.cjs'), ...script];
  const [command, ...parameters] = disk ? onDisk(disk, node) : node;
  const child = spawn(command!, parameters, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      // Where the compiler keeps its own binary.
      HOME: process.env.HOME,
      LOG_LEVEL: 'error',
      ...laneSettings,
      ...environment,
    },
  });
  let [stdout, stderr] = ['', ''];
  let exit: Exit | null = null;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  void once(child, 'close').then(([code]) => (exit = { code, stdout, stderr }));
  return {
    pid: child.pid!,
    get stdout() {
      return stdout;
    },
    get exit() {
      return exit;
    },
    ended: deadlineMs => waitFor(`${name} to end`, () => exit, deadlineMs),
    signal: signal => void child.kill(signal),
  };
}
