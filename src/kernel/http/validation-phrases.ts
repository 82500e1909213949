import type { z } from 'zod';

/** What is said of a field that was not sent. */
export const MISSING = 'is missing';

/** Types in words, where "a" and the type's name do not do. */
export const NOT_NAMED: Record<string, string> = {
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  object: 'a JSON object',
  record: 'a JSON object',
  array: 'a list',
  null: 'null',
};

const FORMATS: Record<string, string> = {
  datetime: 'an instant in UTC such as 2026-01-31T12:00:00.000Z',
  date: 'a date such as 2026-01-31',
  email: 'an e-mail address',
  url: 'a URL',
  regex: 'of the documented form',
};

/**
 * Says what is wrong with a value, as a sentence whose subject is the field: "must have at least 3
 * characters". Never repeats the value, which may be a secret.
 */
export function phraseOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return MISSING;
      return `must be ${NOT_NAMED[issue.expected] ?? `a ${issue.expected}`}`;
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'invalid_format':
      return `must be ${FORMATS[issue.format] ?? `a valid ${issue.format}`}`;
    case 'invalid_value':
      if (issue.input === undefined) return MISSING;
      return `must be ${oneOf(issue.values)}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      if (issue.input === undefined) return MISSING;
      return 'must be of one of the documented forms';
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return 'is not valid';
  }
}

/** How long or large something may be, in the unit of its kind. */
function bound(origin: string, relation: string, limit: number | bigint): string {
  const unit = { string: 'character', array: 'item', set: 'item', object: 'field' }[origin];
  if (!unit) return `must be ${relation} ${limit}`;
  if (relation === 'at least' && limit === 1) return 'must not be empty';
  return `must have ${relation} ${limit} ${Number(limit) === 1 ? unit : `${unit}s`}`;
}

/** The values there are to choose from. */
export function oneOf(values: readonly unknown[]): string {
  const [first, ...others] = values.map(String);
  return others.length ? `one of ${[first, ...others].join(', ')}` : first!;
}
