import { copyDatabase } from '../kernel/backup/copy.js';
import { type DatabaseLocation, parseDatabaseUrl } from '../kernel/config/database-url.js';
import { isMissingFile } from '../kernel/config/missing-file.js';
import { MIGRATIONS } from '../migrations/migrations.js';
import { type Command, EXIT, UsageError } from './command.js';

export const copy: Command = {
  name: 'copy',
  summary: 'Copies a database into an empty one, also of the other kind, and compares all rows.',
  details:
    'Stop the server first. Files stay where they are: keep DATA_DIR and S3_URL. On MySQL and MariaDB, set APP_SECRET to what ' +
    'DATA_DIR/app-secret holds. Run again, it goes on where it broke off; into SQLite it begins anew.',
  options: {
    from: { value: 'url', what: 'The database to copy, as DATABASE_URL.', required: true },
    to: { value: 'url', what: 'The empty database, as DATABASE_URL.', required: true },
  },
  async run({ values }, { progress }) {
    const from = locationOf('from', values.from!);
    const to = locationOf('to', values.to!);
    if (from.kind === 'sqlite' && (await isMissingFile(from.file)))
      throw new Error(`${from.file} does not exist.`);
    const { tables, rows, kept } = await copyDatabase({ from, to, migrations: MIGRATIONS, progress });
    const text = `${tables} tables with ${rows} rows are the same in both${kept ? `; ${kept} tables were there from the attempt before` : ''}.`;
    return {
      exit: EXIT.done,
      text: `${text} Set DATABASE_URL to the new one, and APP_SECRET to what DATA_DIR/app-secret holds unless it is set already.`,
      json: { tables, rows, tables_kept: kept },
    };
  },
};

function locationOf(option: string, url: string): DatabaseLocation {
  const location = parseDatabaseUrl(url);
  if (!location) throw new UsageError(`--${option} must be sqlite:<file>, mysql://… or mariadb://….`, copy);
  return location;
}
