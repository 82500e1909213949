import { z } from 'zod';
import { exampleId, ID_PATTERN, type IdPrefix } from '../database/ids.js';
import { mustBe, NOT_EMPTY, phrase } from './validation-phrases.js';

/** Text of an answer that looks like `example`, which the documents show. */
export function like(example: string) {
  return z.string().meta({ examples: [example] });
}

/** An id. */
export function id(prefix: IdPrefix) {
  return z.string().meta({ pattern: ID_PATTERN, examples: [exampleId(prefix)] });
}

/** Something that is referred to by its id, along with its name. */
export function named(prefix: IdPrefix, name: string) {
  return z.object({ id: id(prefix), name: like(name) });
}

/** The answer to the deletion of something. */
export function deleted(prefix: IdPrefix) {
  return z.object({ id: id(prefix), deleted: z.literal(true) });
}

/** What answers show of people and of where they are. */
export const shown = {
  email: like('ada@example.com'),
  firstName: like('Ada'),
  lastName: like('Lovelace'),
  fullName: like('Ada Lovelace'),
  phone: like('+44 20 7946 0000'),
  country: like('GB'),
  device: like('Firefox on Linux'),
  location: like('London, GB'),
  ip: like('203.0.113.7'),
  userAgent: like('curl/8.5.0'),
};

/**
 * A string of 1 to `max` characters that is not all white space; kept exactly as it came. The documents show
 * `example`.
 */
export function text(max: number, example?: string) {
  const schema = z.string().max(max).regex(/\S/, NOT_EMPTY);
  return example === undefined ? schema : schema.meta({ examples: [example] });
}

/** Text that may be empty, of at most `max` characters; kept exactly as it came. */
export function longText(max: number) {
  return z.string().max(max);
}

/**
 * A whole number from `min` to `max` of a query string, in decimal digits: `0x10`, `1e1` and `1.0` are none. Not a
 * transformation, since the documents leave out the default of what is transformed.
 */
export function wholeNumber(min: number, max: number) {
  return z
    .unknown()
    .overwrite(value => (typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value))
    .meta({ type: 'integer', minimum: min, maximum: max })
    .pipe(
      z
        .number({ error: ({ code }) => (code === 'invalid_type' ? mustBe('a whole number') : undefined) })
        .int()
        .min(min)
        .max(max),
    );
}

/**
 * An e-mail address as the HTML standard defines a valid one; compared without regard to case, kept in lower case.
 * https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
 */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email({ pattern: z.regexes.html5Email }))
  .meta({ format: 'email', examples: ['ada@example.com'] });

const COUNTRIES = new Set(
  // ISO 3166-1 alpha-2, officially assigned codes.
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ ' +
    'CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO ' +
    'FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE ' +
    'JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO ' +
    'MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW ' +
    'PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM ' +
    'TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'
  ).split(' '),
);

/** An ISO 3166-1 alpha-2 country code; lower case is accepted and raised. */
export const country = z
  .string()
  .trim()
  .toUpperCase()
  .refine(code => COUNTRIES.has(code), {
    error: mustBe('an ISO 3166-1 alpha-2 country code, such as DE'),
  })
  .meta({ examples: ['DE'] });

/** An instant as the API writes it. */
export const instant = z.iso.datetime({ abort: true }).meta({ examples: ['2026-01-31T12:00:00.000Z'] });

/**
 * An instant as clients may write it: RFC 3339 with any offset, taken to UTC. A space before the offset is what a
 * `+` in a query string becomes when it is not escaped.
 */
export const anyInstant = z
  .string()
  .max(40)
  .overwrite(value => value.toUpperCase().replace(/ (?=\d\d:\d\d$)/, '+'))
  .check(z.iso.datetime({ offset: true, abort: true }))
  .overwrite(toUtc)
  .refine(value => value.length === UTC_LENGTH, {
    error: phrase('must be in the years 0000 to 9999', 'Send an instant in the years 0000 to 9999.'),
  })
  .meta({ examples: ['2026-01-31T12:00:00.000Z'] });

const UTC_LENGTH = '2026-01-31T12:00:00.000Z'.length;

function toUtc(value: string): string {
  const at = Date.parse(value);
  return Number.isNaN(at) ? value : new Date(at).toISOString();
}

/** Writes an instant as the API does: ISO 8601, UTC, milliseconds. */
export function toWire(date: Date): string;
export function toWire(date: Date | null): string | null;
export function toWire(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
