import { Config } from './kernel/config/config.js';
import { writerOptions } from './kernel/database/open-database.js';
import { WriterSource } from './kernel/database/writer-source.js';
import { MIGRATIONS } from './migrations/migrations.js';

const { database } = Config.from(process.env);

/**
 * What TypeORM's command line migrates: the server's database, with its migrations and options, from the same
 * environment. It has no entities, because migrations are written by hand, for both kinds of database.
 */
export const dataSource = new WriterSource(
  { ...writerOptions(database), migrations: MIGRATIONS },
  { alone: true },
);
