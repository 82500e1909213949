import { basename, dirname, relative, sep } from 'node:path';

const VAGUE_FOLDERS = new Set(['utils', 'util', 'helpers', 'common', 'shared', 'misc']);

/** Why a file may not have its path, or null. A path says what is inside; these words do not. */
export function misnamed(path) {
  const name = basename(path);
  if (/^index\.[cm]?[jt]s$/.test(name)) return `${path}: no barrels; import the file that has the thing`;
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
