import { z } from 'zod';
import type { ErrorCode } from '../errors/error-codes.js';

const codes = new WeakMap<z.core.$ZodType, ErrorCode>();

/**
 * Gives a field an error code of its own: whatever is wrong with it is answered with that code instead of
 * `validation_failed`. For contracts that name one code for each field. Comes last: what a schema's methods make is
 * another schema. One schema has one code.
 */
export function coded<T extends z.ZodType>(schema: T, code: ErrorCode): T {
  const known = codes.get(schema);
  if (known && known !== code) throw new Error(`a field answers ${known} already, and shall answer ${code}`);
  codes.set(schema, code);
  return schema;
}

/** Whether fields of the schema have codes of their own. */
export function isCoded(schema: unknown): boolean {
  return (
    schema instanceof z.ZodObject && Object.values(schema.shape).some(field => codes.has(field as z.ZodType))
  );
}

/** The first of these issues that has a code of its own, with its code. */
export function codedIssue<I extends { readonly path?: readonly unknown[] }>(
  schema: unknown,
  issues: readonly I[],
): { issue: I; code: ErrorCode } | undefined {
  if (!(schema instanceof z.ZodObject)) return undefined;
  for (const issue of issues) {
    const field = schema.shape[String(issue.path?.[0])] as z.ZodType | undefined;
    const code = field && codes.get(field);
    if (code) return { issue, code };
  }
  return undefined;
}
