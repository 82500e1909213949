import type { MigrationInterface } from 'typeorm';
import type { DatabaseLocation } from '../config/database-url.js';
import { writerOptions } from './open-database.js';
import { WriterSource } from './writer-source.js';

export type Migration = new () => MigrationInterface;

/** The name under which the database remembers a migration. */
export function migrationName(migration: Migration): string {
  return new migration().name ?? migration.name;
}

/**
 * Runs those of some migrations that have not been run; answers their names.
 * @throws DatabaseInUse on SQLite, when a server writes to the file
 */
export async function migrateDatabase(
  location: DatabaseLocation,
  migrations: readonly Migration[],
): Promise<string[]> {
  const options = { ...writerOptions(location), migrations: [...migrations] };
  const source = await new WriterSource(options, { alone: true }).initialize();
  try {
    return (await source.runMigrations()).map(({ name }) => name);
  } finally {
    await source.destroy();
  }
}
