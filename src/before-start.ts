import { join } from 'node:path';
import { keptFingerprint } from './kernel/backup/kept-fingerprint.js';
import { SqliteRows } from './kernel/backup/sqlite-rows.js';
import { type Config, ConfigError } from './kernel/config/config.js';
import { expectFolders } from './kernel/config/folders.js';
import { isMissingFile } from './kernel/config/missing-file.js';
import { APP_SECRET_FILE } from './kernel/crypto/vault.js';

/**
 * Looks for mistakes that must be found before anything is opened or written.
 * @throws ConfigError
 */
export async function beforeStart(config: Config): Promise<void> {
  await expectFolders(config);
  await expectGeneratedSecret(config);
}

/** A secret is generated for new data only: another one would not open what is there, and hide that a file is missing. */
async function expectGeneratedSecret({ appSecret, dataDir, database }: Config): Promise<void> {
  if (appSecret !== null || database.kind !== 'sqlite') return;
  const file = join(dataDir, APP_SECRET_FILE);
  if (!(await isMissingFile(file)) || (await isMissingFile(database.file))) return;
  const rows = await SqliteRows.read(database.file);
  const kept = await keptFingerprint(rows).finally(() => rows.end());
  if (kept !== null)
    throw new ConfigError([
      `APP_SECRET: the data in ${database.file} was written with the one that was in ${file}, which is missing; put it back, or set APP_SECRET to it`,
    ]);
}
