import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { transformFile } from '@swc/core';

const ROOT = resolve(__dirname, '../..');

/**
 * Compiles `src` into a folder of the test's own, the way Jest compiles it, so that processes started from
 * there run what stands in the checkout and never an old `dist`. About a second; answers the folder.
 */
export async function compileInto(folder: string): Promise<string> {
  const source = join(ROOT, 'src');
  const files = (await readdir(source, { recursive: true })).filter(
    name => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
  );
  await Promise.all(
    files.map(async name => {
      const { code } = await transformFile(join(source, name), { cwd: ROOT, sourceMaps: 'inline' });
      const target = join(folder, name.replace(/\.ts$/, '.js'));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, code);
    }),
  );
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
