import { z } from 'zod';
import { REDACTED } from '../../kernel/context/hidden-attributes.js';
import { EXPORT_KINDS } from '../../kernel/facets/exports.js';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { anyInstant, deleted, id, instant, like, toWire } from '../../kernel/http/schemas.js';
import { mustBe } from '../../kernel/http/validation-phrases.js';
import type { ReportEntity } from './report.entity.js';

const kind = z.enum(EXPORT_KINDS);
const format = z.enum(['csv', 'jsonl', 'json']);
const count = z.number().int();

export const Report = z
  .object({
    id: id('rpt'),
    kind,
    format,
    bom: z.boolean(),
    from: instant.nullable(),
    to: instant.nullable(),
    status: z
      .enum(['queued', 'running', 'ready', 'failed', 'expired'])
      .describe('`expired` once retention keeps the file no longer.'),
    progress: z.number().min(0).max(1),
    rows: count.nullable().describe('Rows written so far; null before the first.'),
    bytes: count.nullable().describe('The size of the file; null until it is ready.'),
    sha256: like('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
      .nullable()
      .describe(
        'Of the file, in hexadecimal; null until it is ready. Hidden from those who may not download it because it shows what is hidden from them.',
      ),
    error: like('Whoever requested it may not read this any more.')
      .nullable()
      .describe('Why there is no file, when `failed`.'),
    requested_by: id('usr').describe('A person or an API key.'),
    created_at: instant,
    finished_at: instant.nullable(),
    expires_at: instant
      .nullable()
      .describe(
        'Until when the file is kept, by the retention of now; null when for ever, or when there is none.',
      ),
  })
  .meta({ id: 'Report' });
export type Report = z.infer<typeof Report>;

export const RequestReport = z
  .strictObject({
    kind: kind.describe('Takes the permission to read the same over the API.'),
    format,
    from: anyInstant
      .optional()
      .describe('Earliest instant, included: when a row was made, of `usage` its hour. Ignored for `team`.'),
    to: anyInstant.optional().describe('Latest instant, not included. Ignored for `team`.'),
    bom: z
      .boolean()
      .default(false)
      .describe(
        'Whether a CSV file begins with a byte order mark, by which spreadsheets know that it is UTF-8.',
      ),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['from'],
    error: mustBe('before `to`'),
  })
  .refine(({ format, bom }) => format === 'csv' || !bom, {
    path: ['bom'],
    error: mustBe('false unless the format is csv'),
  })
  .meta({ id: 'RequestReport', examples: [{ kind: 'request_logs', format: 'csv' }] });
export type RequestReport = z.output<typeof RequestReport>;

export const ListReports = z.strictObject(listQuery());
export type ListReports = z.output<typeof ListReports>;

export const ReportPage = pageOf(Report, 'ReportPage');
export type ReportPage = z.infer<typeof ReportPage>;

export const DeletedReport = deleted('rpt').meta({ id: 'DeletedReport' });

/** What a report's answer depends on besides its row. */
export interface ReportView {
  /** When its file is kept no longer; null for never. */
  readonly expiresAt: Date | null;
  readonly now: Date;
  /** Whether the caller may know the hash of the file: by it, what is hidden in it could be guessed. */
  readonly showsHash: boolean;
}

/** Whether the file is there, and not kept too long. */
export function isExpired({ status }: ReportEntity, { expiresAt, now }: ReportView): boolean {
  return status === 'expired' || (status === 'ready' && expiresAt !== null && expiresAt <= now);
}

export function toReport(row: ReportEntity, view: ReportView): Report {
  return {
    id: row.id,
    kind: row.kind,
    format: row.format,
    bom: row.bom,
    from: toWire(row.range_from),
    to: toWire(row.range_to),
    status: isExpired(row, view) ? 'expired' : row.status,
    progress: row.progress,
    rows: row.rows,
    bytes: row.bytes,
    sha256: row.sha256 === null || view.showsHash ? row.sha256 : REDACTED,
    error: row.error,
    requested_by: row.requested_by,
    created_at: row.created_at.toISOString(),
    finished_at: toWire(row.finished_at),
    expires_at: row.status === 'failed' ? null : toWire(view.expiresAt),
  };
}
