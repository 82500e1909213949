import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Rises when an older release could not read what a newer one writes. */
export const BACKUP_FORMAT = 1;
const MANIFEST = 'manifest.json';

const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const tableName = z.string().regex(/^\w{1,64}$/);
const file = { bytes: count, sha256 };

const Manifest = z.object({
  format: z.literal(BACKUP_FORMAT),
  /** The release that made it. */
  version: z.string(),
  created_at: z.iso.datetime(),
  database: z.enum(['sqlite', 'mysql', 'mariadb']),
  /** Every migration that the database had gone through. */
  migrations: z.array(z.string()).min(1),
  /** See `RowDigest` for `digest`. */
  tables: z.array(z.object({ name: tableName, rows: count, digest: sha256, ...file })),
  /** The list of stored bytes; `missing` were gone before they could be copied, `damaged` were not what their rows say. */
  blobs: z.object({ ...file, count, total_bytes: count, missing: count, damaged: count }),
  /** Secrets that the installation had generated. */
  secrets: z.array(z.object({ name: z.string().regex(/^[a-z][a-z-]{0,40}(?:\.[a-z]{1,10})?$/), ...file })),
  /** Of `APP_SECRET`; null when the database did not know it. */
  app_secret_fingerprint: z.string().nullable(),
});
export type Manifest = z.output<typeof Manifest>;

/** Where a backup keeps what. */
export const placesIn = (folder: string) => ({
  manifest: join(folder, MANIFEST),
  tables: join(folder, 'tables'),
  table: (name: string) => join(folder, 'tables', `${name}.jsonl.gz`),
  blobList: join(folder, 'blobs.jsonl.gz'),
  blobs: join(folder, 'blobs'),
  secrets: join(folder, 'secrets'),
  secret: (name: string) => join(folder, 'secrets', name),
});

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFile(placesIn(folder).manifest, text, { mode: 0o600, flag: 'wx', flush: true });
}

/** A backup is not what was written then. */
export class BackupDamaged extends Error {
  constructor(what: string, cause?: unknown) {
    super(`The backup is damaged: ${what}.`, { cause });
    this.name = 'BackupDamaged';
  }
}

/** @throws BackupDamaged; Error for what is no backup, or one that this release cannot read */
export async function readManifest(folder: string): Promise<Manifest> {
  const { manifest } = placesIn(folder);
  const text = await readFile(manifest, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`${folder} is no backup: ${MANIFEST} cannot be read (${cause.code}).`, { cause });
  });
  const found = parsed(text);
  const { format, version } = found as { format?: unknown; version?: unknown };
  if (typeof format === 'number' && format > BACKUP_FORMAT)
    throw new Error(`The backup was made by a newer release (${version}): restore it with that one.`);
  const result = Manifest.safeParse(found);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new BackupDamaged(`${manifest}: ${issue!.path.join('.')}: ${issue!.message}`);
}

function parsed(text: string): object {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}
