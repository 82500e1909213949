import type { z } from 'zod';
import { REDACTED } from '../../kernel/context/hidden-attributes.js';

/** A column of a file: its name, and where in a row its values stand. */
export interface Column {
  readonly name: string;
  readonly path: readonly string[];
}

/** What stands in a cell; null for an empty one. */
export type Cell = string | number | null;

/** The columns of rows of this schema: one for each field, of objects for each of theirs, with dots between. */
export function columnsOf(schema: z.core.$ZodType, path: readonly string[] = []): Column[] {
  const { def } = (unwrapped(schema) as z.core.$ZodTypes)._zod;
  if (def.type !== 'object') return [{ name: path.join('.'), path }];
  return Object.entries(def.shape).flatMap(([field, inner]) => columnsOf(inner, [...path, field]));
}

/** What a row has in each column: lists, and objects whose fields are not known, as JSON. */
export function cellsOf(row: object, columns: readonly Column[]): Cell[] {
  return columns.map(({ path }) => {
    let value: unknown = row;
    for (const field of path) {
      // An object that is hidden hides all its columns; one that is not there leaves them empty.
      if (value === REDACTED) return REDACTED;
      value = (value as Record<string, unknown> | null | undefined)?.[field];
    }
    if (value === null || value === undefined) return null;
    return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
  });
}

/** What a schema is without what says only whether there is a value. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'pipe') return unwrapped(def.out);
  return 'innerType' in def ? unwrapped(def.innerType as z.core.$ZodType) : schema;
}
