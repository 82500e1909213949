import { invalidField } from '../../kernel/errors/app-error.js';

const HOUR_MS = 3_600_000;
const LENGTH_MS = { hour: HOUR_MS, day: 24 * HOUR_MS };
/** The last 24 hours: whole hours, or the days they lie in. */
const LAST_DAY = { hour: 24, day: 2 };
const LONGEST_DAYS = { hour: 31, day: 400 };

/** A range of whole hours or days; `from` and `to` count them since 1970, `to` is not in it. */
export interface UsageRange {
  readonly unit: 'hour' | 'day';
  readonly from: number;
  readonly to: number;
}

/** The part of a query that says which range it is about. */
export interface RangeQuery {
  readonly from?: string;
  readonly to?: string;
  readonly granularity?: UsageRange['unit'];
}

/**
 * The range a query asks for, widened to whole hours or days: usage is kept by the hour. Without `to` it ends
 * with the present one, without `from` it begins a day before its end. Without a granularity, hours as long
 * as that is allowed.
 * @throws AppError `validation_failed`
 */
export function rangeOf(query: RangeQuery, now: number): UsageRange {
  const to = query.to === undefined ? now + 1 : Date.parse(query.to);
  const from = query.from === undefined ? undefined : Date.parse(query.from);
  const length = from === undefined ? 0 : to - from;
  const unit = query.granularity ?? (length <= LONGEST_DAYS.hour * LENGTH_MS.day ? 'hour' : 'day');
  const end = Math.ceil(to / LENGTH_MS[unit]);
  const first = from === undefined ? end - LAST_DAY[unit] : Math.floor(from / LENGTH_MS[unit]);
  const range = { unit, from: first, to: end };
  if (range.from >= range.to || (from !== undefined && from >= to))
    throw invalidField('from', 'must be before `to`', 'Send an earlier instant.');
  if (length > LONGEST_DAYS[unit] * LENGTH_MS.day) {
    const days = LONGEST_DAYS[unit];
    throw invalidField(
      'from',
      `must be at most ${days} days before \`to\` by ${unit}`,
      'Ask for a shorter range.',
    );
  }
  return range;
}

/** The beginning of an hour or a day. */
export function startOf(unit: UsageRange['unit'], number: number): Date {
  return new Date(number * LENGTH_MS[unit]);
}
