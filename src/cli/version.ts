import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The release, as package.json has it. */
export function version(): string {
  const file = join(__dirname, '../../package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
