import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { type Config, ConfigError } from './config.js';

const DEADLINE_MS = 10_000;
const IMPOSSIBLE = 3;

/**
 * Looks into a folder. Where it is missing, makes one beside its place and takes it away again, as some file systems say of
 * a new folder that it is missing (`/proc`), which Node would try again for ever.
 */
const LOOK = `
  const { mkdtempSync, opendirSync, rmdirSync, statSync } = require('node:fs');
  const { dirname, join } = require('node:path');
  const codeOf = work => { try { work(); } catch (error) { return error.code; } };
  const [, folder] = process.argv;
  let above = folder;
  while (codeOf(() => statSync(above)) === 'ENOENT') above = dirname(above);
  if (above === folder) codeOf(() => opendirSync(folder).readSync());
  else if (codeOf(() => rmdirSync(mkdtempSync(join(above, '.bailiwick-')))) === 'ENOENT') process.exit(${IMPOSSIBLE});
`;

/**
 * Sees that the folders which the server writes to answer, as a dead network mount does not, before anything waits for
 * them. What else may be wrong with them is said by whoever needs it.
 * @throws ConfigError
 */
export async function expectFolders({ dataDir, database }: Config): Promise<void> {
  const folders = new Map([[resolve(dataDir), 'DATA_DIR']]);
  if (database.kind === 'sqlite') {
    const folder = resolve(dirname(database.file));
    folders.set(folder, folders.get(folder) ?? 'DATABASE_URL');
  }
  const looks = [...folders].map(async ([folder, setting]) => {
    const wrong = await look(folder);
    return wrong === null ? [] : [`${setting}: ${wrong}`];
  });
  const mistakes = (await Promise.all(looks)).flat();
  if (mistakes.length > 0) throw new ConfigError(mistakes);
}

/** In a process of its own: this one could not even end while one of its threads waits for the file system. */
function look(folder: string): Promise<string | null> {
  return new Promise(done => {
    const child = spawn(process.execPath, ['-e', LOOK, folder], {
      stdio: 'ignore',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      child.unref();
      done(`${folder} does not answer; is it on a network or disk that is away?`);
    }, DEADLINE_MS);
    const end = (answer: string | null) => {
      clearTimeout(deadline);
      done(answer);
    };
    child.once('exit', code => end(code === IMPOSSIBLE ? `no folder can be made as ${folder}` : null));
    // Without room for another process, there is no telling.
    child.once('error', () => end(null));
  });
}
