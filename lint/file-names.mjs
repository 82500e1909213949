import { readdirSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';

const VAGUE_FOLDERS = new Set(['utils', 'util', 'helpers', 'common', 'shared', 'misc']);

const SRC = join(import.meta.dirname, '../src');
/** What end-to-end tests are named by: `roles.e2e-spec.ts`, `roles.visibility.e2e-spec.ts`. */
const ROOMS = new Set(['modules', 'kernel'].flatMap(folder => readdirSync(join(SRC, folder))));

/** Why a file may not have its path, or null. A path says what is inside; these words do not. */
export function misnamed(path) {
  const name = basename(path);
  if (/^index\.[cm]?[jt]s$/.test(name)) return `${path}: no barrels; import the file that has the thing`;
  const room = /^test\/e2e\/([^/.]+)\.(?:[a-z-]+\.)?e2e-spec\.ts$/.exec(path)?.[1];
  if (path.startsWith('test/e2e/') && !ROOMS.has(room))
    return `${path}: must be <module>.e2e-spec.ts or <module>.<topic>.e2e-spec.ts, of a module or a part of the kernel`;
  const vague = dirname(path)
    .split('/')
    .find(folder => VAGUE_FOLDERS.has(folder));
  return vague ? `${path}: "${vague}" does not say what is inside` : null;
}

/** The ESLint rule: {@link misnamed} for every file. */
export const fileNames = {
  meta: { type: 'problem', schema: [], messages: { misnamed: '{{reason}}.' } },
  create: context => ({
    Program(node) {
      const reason = misnamed(relative(context.cwd, context.filename).split(sep).join('/'));
      if (reason)
        context.report({ node, loc: { line: 1, column: 0 }, messageId: 'misnamed', data: { reason } });
    },
  }),
};
