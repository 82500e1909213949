import { readFileSync } from 'node:fs';
import { join } from 'node:path';

let version: string | undefined;

/** The version of the product, as its package says; beside `dist` as beside `src`. */
export function productVersion(): string {
  version ??= (
    JSON.parse(readFileSync(join(__dirname, '../../../package.json'), 'utf8')) as { version: string }
  ).version;
  return version;
}
