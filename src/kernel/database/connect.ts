import { setTimeout } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { databaseMistake, databaseTrouble } from './database-errors.js';

const ATTEMPTS = 10;
const DELAY_MS = 1_000;

/** The database did not answer in time. The message holds the driver's words: the address and what is wrong. */
export class DatabaseUnreachable extends Error {
  constructor(cause: Error) {
    super(`DATABASE_URL: ${reasonOf(cause)}`, { cause });
    this.name = 'DatabaseUnreachable';
  }
}

/**
 * Connects to the database, and tries again while it is away: one that starts beside the server may need a moment.
 * @throws DatabaseUnreachable when it stays away; any other error as it came
 */
export async function connect<T extends DataSource>(source: () => T): Promise<T> {
  const logger = new Logger('Database');
  for (let attempt = 1; ; attempt++) {
    try {
      return await source().initialize();
    } catch (error) {
      if (databaseMistake(error) !== null || !databaseTrouble(error)) throw error;
      if (attempt === ATTEMPTS) throw new DatabaseUnreachable(error as Error);
      logger.warn(
        `The database cannot be reached (${reasonOf(error as Error)}); attempt ${attempt} of ${ATTEMPTS}.`,
      );
      await setTimeout(DELAY_MS);
    }
  }
}

/** An error of several addresses has no message of its own. */
function reasonOf({ message, code }: NodeJS.ErrnoException): string {
  return message || code || 'it does not answer';
}
