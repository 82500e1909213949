import { readRows } from '../kernel/backup/open-rows.js';
import type { Config } from '../kernel/config/config.js';
import { isMissingFile } from '../kernel/config/missing-file.js';
import { migrateDatabase, migrationName } from '../kernel/database/migrate.js';
import { MIGRATIONS } from '../migrations/migrations.js';
import { commandConfig } from './application.js';
import { type Command, EXIT, type Outcome } from './command.js';

export const migrate: Command = {
  name: 'migrate',
  summary: 'Brings the schema up to date without starting a server, which does it too.',
  details:
    'On SQLite, stop the server first; not for --status. With --status, exit code 1: migrations are waiting. ' +
    '`npm run migration:revert` undoes the newest one.',
  options: { status: { what: 'Only say which migrations have been run, and which not.' } },
  async run({ switches }) {
    const config = await commandConfig();
    if (switches.has('status')) return status(config);
    const ran = await migrateDatabase(config.database, MIGRATIONS);
    const text = ran.length
      ? `${ran.length} migrations were run: ${ran.join(', ')}.`
      : 'The schema is up to date.';
    return { exit: EXIT.done, text, json: { ran } };
  },
};

/** Which migrations of this release a database lacks, and which it has that this release does not know. */
export async function schemaOf(
  config: Config,
): Promise<{ run: string[]; pending: string[]; unknown: string[] }> {
  const run = await migrationsRun(config);
  const known = MIGRATIONS.map(migrationName);
  return {
    run,
    pending: known.filter(name => !run.includes(name)),
    unknown: run.filter(name => !known.includes(name)),
  };
}

async function status(config: Config): Promise<Outcome> {
  const { run, pending, unknown } = await schemaOf(config);
  const lines = [
    ...run.map(name => `[X] ${name}${unknown.includes(name) ? ' (of another release)' : ''}`),
    ...pending.map(name => `[ ] ${name}`),
  ];
  return {
    exit: pending.length ? EXIT.found : EXIT.done,
    text: lines.join('\n'),
    json: { run, pending, unknown },
  };
}

async function migrationsRun({ database }: Config): Promise<string[]> {
  if (database.kind === 'sqlite' && (await isMissingFile(database.file))) return [];
  const rows = await readRows(database);
  try {
    return [...(await rows.migrations())];
  } finally {
    await rows.end();
  }
}
