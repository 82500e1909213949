import { resolve } from 'node:path';
import { checkBackup } from '../kernel/backup/backup-check.js';
import { type Command, EXIT } from './command.js';

export const backupCheck: Command = {
  name: 'backup check',
  summary: 'Reads a whole backup and compares it with what was written then.',
  details: 'Needs no server and no database. Exit code 2: it is damaged; what is wrong is named.',
  options: { from: { value: 'folder', what: 'The backup.', required: true } },
  async run({ values }) {
    const from = resolve(values.from!);
    const { created_at, version, database, tables, blobs } = await checkBackup(from);
    const text = `${from} is whole: made ${created_at} by ${version}, ${tables.length} tables, ${blobs.count} files.`;
    return {
      exit: EXIT.done,
      text,
      json: { folder: from, created_at, version, database, tables: tables.length, files: blobs.count },
    };
  },
};
