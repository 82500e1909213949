import type { z } from 'zod';

/** What is wrong with a value, as a sentence whose subject is the field, and how to mend it. */
export interface Phrase {
  readonly message: string;
  readonly fix: string;
}

const FIXES = new Map<string, string>();

/** A message that a schema brings itself, such as "must be in the future"; whoever reads it is also told `fix`. */
export function phrase(message: string, fix: string): string {
  FIXES.set(message, fix);
  return message;
}

/** The same for a rule that names what is accepted: "must be an HTTP method", "Send an HTTP method." */
export function mustBe(what: string): string {
  return phrase(`must be ${what}`, `Send ${what}.`);
}

/** Types in words, where "a" and the type's name do not do. */
const TYPES: Record<string, string> = {
  boolean: 'true or false',
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
};

const UNITS: Record<string, string> = { string: 'character', array: 'item', set: 'item', object: 'field' };

const MISSING = 'is missing';

/** The message of an issue whose schema brings none. Never repeats the value, which may be a secret. */
export function messageOf(issue: z.core.$ZodRawIssue): string {
  return issue.input === undefined && ASKS_FOR.has(issue.code) ? MISSING : describe(issue).message;
}

/** The fix that belongs to an issue's message. */
export function fixOf(issue: z.core.$ZodIssue): string {
  const { message, fix } = describe(issue);
  if (issue.message === message || issue.message === MISSING) return fix;
  return FIXES.get(issue.message) ?? 'Correct the value.';
}

/** Where there is no value at all, these issues say so. */
const ASKS_FOR = new Set<string | undefined>(['invalid_type', 'invalid_value', 'invalid_union']);

/** The one table of what is said of each kind of issue. */
function describe(issue: z.core.$ZodRawIssue | z.core.$ZodIssue): Phrase {
  switch (issue.code) {
    case 'invalid_type':
      return value(TYPES[issue.expected] ?? `a ${issue.expected}`);
    case 'invalid_value':
      return value(oneOf(issue.values));
    case 'invalid_format':
      if (issue.format === 'regex')
        return { message: 'has the wrong form', fix: 'Send it in the documented form.' };
      return value(FORMATS[issue.format] ?? `a valid ${issue.format}`);
    case 'not_multiple_of':
      return value(`a multiple of ${issue.divisor}`);
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'invalid_union':
      return { message: 'has none of the documented forms', fix: 'Send it in one of the documented forms.' };
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return { message: 'is not valid', fix: 'Correct the value.' };
  }
}

function value(what: string): Phrase {
  return { message: `must be ${what}`, fix: `Send ${what}.` };
}

/** How long or large something may be, in the unit of its kind. */
function bound(origin: string, relation: string, limit: number | bigint): Phrase {
  const unit = UNITS[origin];
  if (!unit)
    return { message: `must be ${relation} ${limit}`, fix: `Send a value that is ${relation} ${limit}.` };
  if (relation === 'at least' && Number(limit) === 1) return EMPTY;
  const size = `${relation} ${limit} ${Number(limit) === 1 ? unit : `${unit}s`}`;
  return { message: `must have ${size}`, fix: `Send a value that has ${size}.` };
}

const EMPTY: Phrase = { message: 'must not be empty', fix: 'Send a value that is not empty.' };

/** For schemas that find by themselves that a text is as good as empty. */
export const NOT_EMPTY = phrase(EMPTY.message, EMPTY.fix);

function oneOf(values: readonly unknown[]): string {
  const [first, ...others] = values.map(String);
  return others.length ? `one of ${[first, ...others].join(', ')}` : first!;
}
