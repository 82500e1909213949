import { access } from 'node:fs/promises';

/** Whether there is nothing under a path. */
export async function isMissingFile(path: string): Promise<boolean> {
  return access(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}
