import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freshDirectory } from '../support/lane.js';
import { type Block, type Page, ROOT } from './pages.js';

/** A page that waits for something that does not come is at fault, too. */
const DEADLINE_MS = 120_000;

/** What the commands of a page came to. */
export interface PageRun {
  /** Null when they took too long. */
  readonly code: number | null;
  /** What they printed, the number of each block before what it printed. */
  readonly output: string;
  /** The statuses from 400 on that curl was answered, in their order. */
  readonly refusals: readonly number[];
  /** A script that sets what other pages go on with: the variables and the function of README. */
  readonly state: string;
}

/**
 * Runs shell blocks of a page, one after the other in one `bash -eu`, after the script `state`. They run in a folder that
 * looks like the project's, in which the blocks that have a name are files.
 */
export async function runBlocks(
  page: Page,
  blocks: readonly Block[],
  environment: Record<string, string>,
  state: string,
): Promise<PageRun> {
  const folder = await folderOf(page);
  const [statuses, left] = [join(folder, 'bin/statuses'), join(folder, 'bin/state')];
  const script = [
    state,
    // What a page has just ended itself may be gone by then.
    "trap 'jobs -p | xargs -r kill || true' EXIT",
    ...blocks.map(({ text }, index) => `printf '\\n--- block %s\\n' ${index + 1}\n${text}`),
    `{ declare -p URL SESSION PROJECT SECRET JSON; declare -f json; } > '${left}'`,
  ].join('\n');
  const child = spawn('bash', ['-eu', '-c', script], {
    cwd: folder,
    // A group of its own: what it starts in the background ends with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...environment,
      HOME: folder,
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      STATUSES: statuses,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const deadline = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), DEADLINE_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(deadline);
  const read = (file: string) => readFile(file, 'utf8').catch(() => '');
  const refusals = (await read(statuses)).split('\n').map(Number);
  return { code, output, refusals: refusals.filter(status => status >= 400), state: await read(left) };
}

async function folderOf(page: Page): Promise<string> {
  const folder = await freshDirectory();
  for (const shared of ['package.json', 'node_modules', 'scripts'])
    await symlink(join(ROOT, shared), join(folder, shared));
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'dist/cli.js'), CLI);
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/curl'), curl());
  await chmod(join(folder, 'bin/curl'), 0o700);
  for (const { file, text } of page.blocks) if (file) await writeFile(join(folder, file), text);
  return folder;
}

/** The command line as the sources have it: no build takes part in a test. */
const CLI = [join(ROOT, 'test/support/typescript.cjs'), join(ROOT, 'src/cli.ts')]
  .map(path => `require(${JSON.stringify(path)});\n`)
  .join('');

/** curl that notes the status of each answer: by itself it ends well whatever the server says. */
function curl(): string {
  const real = execFileSync('sh', ['-c', 'command -v curl'], { encoding: 'utf8' }).trim();
  return `#!/bin/sh
headers=$(mktemp)
'${real}' -D "$headers" "$@"
code=$?
sed -n 's|^HTTP/[^ ]* \\([0-9]*\\).*|\\1|p' "$headers" | tail -n 1 >> "$STATUSES"
rm "$headers"
exit $code
`;
}
