import { resolve } from 'node:path';
import { checkBackup } from '../kernel/backup/backup-check.js';
import { BackupDamaged } from '../kernel/backup/manifest.js';
import { type Command, EXIT } from './command.js';

export const backupCheck: Command = {
  name: 'backup check',
  summary: 'Reads a whole backup and compares it with what was written then.',
  details: 'Needs no server and no database. Exit code 1: it is damaged; what is wrong is named.',
  options: { from: { value: 'folder', what: 'The backup.', required: true } },
  async run({ values }) {
    const from = resolve(values.from!);
    const manifest = await checkBackup(from).catch((error: unknown) => {
      if (error instanceof BackupDamaged) return error;
      throw error;
    });
    if (manifest instanceof BackupDamaged) {
      const { message } = manifest;
      return { exit: EXIT.found, text: message, json: { folder: from, whole: false, damage: message } };
    }
    const { created_at, version, database, tables, blobs } = manifest;
    const text = `${from} is whole: made ${created_at} by ${version}, ${tables.length} tables, ${blobs.count} files.`;
    return {
      exit: EXIT.done,
      text,
      json: {
        folder: from,
        whole: true,
        created_at,
        version,
        database,
        tables: tables.length,
        files: blobs.count,
      },
    };
  },
};
