import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of the product, as package.json has it. */
export const VERSION = versionIn(join(__dirname, '../../../package.json'));

function versionIn(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
