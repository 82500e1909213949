import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a file for SQLite, and the folders it is in, for nobody else to read; what is there already stays as it is.
 * SQLite gives its other files the same mode.
 */
export function makePrivate(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, 'a', 0o600));
  } catch {
    // Opening the database says what is wrong.
  }
}
