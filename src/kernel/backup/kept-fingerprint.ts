import { APP_SECRET_FINGERPRINT, FACTS_TABLE } from '../database/installation-facts.js';
import type { TableRows } from './table-rows.js';

/** Of the `APP_SECRET` that the data was written with; null when the database does not know it. */
export async function keptFingerprint(source: TableRows): Promise<string | null> {
  if (!(await source.tables()).includes(FACTS_TABLE)) return null;
  let kept: string | null = null;
  for await (const [name, value] of source.rows(FACTS_TABLE, ['name', 'value']))
    if (name === APP_SECRET_FINGERPRINT) kept = value as string;
  return kept;
}
