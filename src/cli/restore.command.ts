import { resolve } from 'node:path';
import { restoreBackup } from '../kernel/backup/restore.js';
import { APP_SECRET_FILE, Vault } from '../kernel/crypto/vault.js';
import { openStorage } from '../kernel/storage/open-storage.js';
import { MIGRATIONS } from '../migrations/migrations.js';
import { commandConfig } from './application.js';
import { type Command, EXIT } from './command.js';

export const restore: Command = {
  name: 'restore',
  summary: 'Makes an empty installation what a backup holds.',
  details:
    'Database, data folder and storage of the environment must be empty; no server may use them. A backup of an older ' +
    'release is brought up to date. What failed half-way is to be emptied before the next attempt.',
  options: { from: { value: 'folder', what: 'The backup.', required: true } },
  async run({ values }, { progress }) {
    const config = await commandConfig();
    const from = resolve(values.from!);
    const { appSecret, previousAppSecret } = config;
    const { current, previous } =
      appSecret === null
        ? { current: null, previous: null }
        : new Vault(appSecret, previousAppSecret).fingerprints;
    const manifest = await restoreBackup({
      config,
      storage: await openStorage(config),
      from,
      migrations: MIGRATIONS,
      fingerprints: [current, previous].filter(one => one !== null),
      secretFile: APP_SECRET_FILE,
      progress,
    });
    const { created_at, version, tables, blobs, secrets } = manifest;
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    return {
      exit: EXIT.done,
      text: `Restored from ${created_at} (${version}): ${tables.length} tables, ${rows} rows, ${blobs.count} files; checked. The server can start.`,
      json: {
        created_at,
        version,
        tables: tables.length,
        rows,
        files: blobs.count,
        secrets: secrets.map(({ name }) => name),
      },
    };
  },
};
