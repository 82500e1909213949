import { stringify } from 'csv-stringify/sync';
import type { z } from 'zod';
import type { ReportEntity, ReportFormat } from './report.entity.js';
import { cellsOf, columnsOf } from './report-columns.js';

/** Writes rows as a file, piece by piece. */
export interface Writer {
  /** What the file begins with. */
  begin(): string;
  /** Some rows; `first` when none were written before. */
  rows(rows: readonly object[], first: boolean): string;
  /** What it ends with. */
  end(): string;
}

/** The type of each kind of file, for those who fetch it. */
export const CONTENT_TYPES: Record<ReportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson',
  json: 'application/json',
};

const BYTE_ORDER_MARK = '\ufeff';

/** What writes a report's rows, which are of this schema. */
export function writerOf({ format, bom }: Pick<ReportEntity, 'format' | 'bom'>, schema: z.ZodType): Writer {
  if (format === 'csv') return csv(schema, bom);
  return format === 'jsonl' ? JSONL : JSON_ARRAY;
}

/**
 * CSV after RFC 4180, with a line of names. A cell that a spreadsheet would take for a formula gets a `'` before it, which
 * spreadsheets do not show.
 */
function csv(schema: z.ZodType, bom: boolean): Writer {
  const columns = columnsOf(schema);
  // Without the second, a cell with another line break than that between records would stay without quotes.
  const options = { record_delimiter: '\r\n', quote_record_delimiter: true, escape_formulas: true } as const;
  return {
    begin: () => (bom ? BYTE_ORDER_MARK : '') + stringify([columns.map(({ name }) => name)], options),
    rows: rows =>
      stringify(
        rows.map(row => cellsOf(row, columns)),
        options,
      ),
    end: () => '',
  };
}

/** An object a line (https://jsonlines.org). */
const JSONL: Writer = {
  begin: () => '',
  rows: rows => rows.map(row => `${JSON.stringify(row)}\n`).join(''),
  end: () => '',
};

/** One array, with a line for each row. */
const JSON_ARRAY: Writer = {
  begin: () => '[',
  rows: (rows, first) => (first ? '\n' : ',\n') + rows.map(row => JSON.stringify(row)).join(',\n'),
  end: () => '\n]\n',
};
