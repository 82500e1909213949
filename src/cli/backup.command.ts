import { resolve } from 'node:path';
import { makeBackup } from '../kernel/backup/backup.js';
import { VERSION } from '../kernel/config/version.js';
import { APP_SECRET_FILE } from '../kernel/crypto/vault.js';
import { openStorage } from '../kernel/storage/open-storage.js';
import { SIGNING_KEY_FILE } from '../modules/audit/checkpoint-signer.js';
import { commandConfig } from './application.js';
import { BLOB_ROWS } from './blob-rows.js';
import { type Command, EXIT } from './command.js';

export const backup: Command = {
  name: 'backup',
  summary: 'Copies everything into a new folder while the server runs: database, files, generated secrets.',
  details:
    'The copy is as of one moment, and checked before the folder gets its name. Keep it as safe as the database. ' +
    'Exit code 1: it was made, but stored files were missing or damaged already.',
  options: { to: { value: 'folder', what: 'The folder to make; it must not exist.', required: true } },
  async run({ values }, { progress }) {
    const config = await commandConfig();
    const to = resolve(values.to!);
    const { appSecret, auditSigningKey } = config;
    const secretFiles = [
      ...(appSecret === null ? [APP_SECRET_FILE] : []),
      ...(auditSigningKey === null ? [SIGNING_KEY_FILE] : []),
    ];
    const manifest = await makeBackup({
      config,
      storage: await openStorage(config),
      to,
      version: VERSION,
      blobRows: BLOB_ROWS,
      secretFiles,
      progress,
    });
    const { tables, blobs, secrets } = manifest;
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const warnings = [
      ...(secrets.length
        ? [`It holds secrets in plain text (${secrets.map(({ name }) => name).join(', ')}): keep it private.`]
        : []),
      ...(appSecret === null
        ? []
        : ['APP_SECRET is not in it: keep it elsewhere, nothing can be read without.']),
      ...(blobs.missing ? [`${blobs.missing} files were not in the storage any more.`] : []),
      ...(blobs.damaged ? [`${blobs.damaged} files are not what they were when they were uploaded.`] : []),
    ];
    const text = `${to}: ${tables.length} tables, ${rows} rows, ${blobs.count} files (${blobs.total_bytes} bytes), checked.`;
    return {
      exit: blobs.missing || blobs.damaged ? EXIT.found : EXIT.done,
      text: [text, ...warnings].join('\n'),
      json: {
        folder: to,
        created_at: manifest.created_at,
        tables: tables.length,
        rows,
        files: blobs.count,
        file_bytes: blobs.total_bytes,
        files_missing: blobs.missing,
        files_damaged: blobs.damaged,
        secrets: secrets.map(({ name }) => name),
        warnings,
      },
    };
  },
};
