import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What the metadata of every MaxMind DB file begins with. It stands within the last 128 KiB. */
const METADATA_MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
const METADATA_MAX = 128 * 1024;

/**
 * Why a file cannot serve as database of locations, or null when it can.
 * Format: https://maxmind.github.io/MaxMind-DB/
 */
export function geoipFileMistake(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`;
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return 'is no file';
    const tail = Buffer.alloc(Math.min(stat.size, METADATA_MAX));
    readSync(file, tail, 0, tail.length, stat.size - tail.length);
    return tail.includes(METADATA_MARKER) ? null : 'is not a file in the MaxMind DB format';
  } finally {
    closeSync(file);
  }
}
