import { invalidField } from '../../kernel/errors/app-error.js';
import { type CalendarUnit, localBeginnings } from './local-dates.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What usage is shown by. */
export type Granularity = 'hour' | CalendarUnit;

/** How much is shown where no beginning is asked for: the last 24 hours, the days they lie in, a quarter, a year. */
const USUAL = { hour: 24, day: 2, week: 13, month: 12 };
export const LONGEST_DAYS = { hour: 31, day: 400, week: 800, month: 1_830 };

/** Successive buckets of time. */
export interface UsageRange {
  readonly granularity: Granularity;
  /** The zone whose midnights bound days, weeks and months. */
  readonly tz: string;
  /** Where each bucket begins, and where the last one ends, in whole hours since 1970, UTC. */
  readonly bounds: readonly number[];
}

/** The part of a query that says which range it is about. */
export interface RangeQuery {
  readonly from?: string;
  readonly to?: string;
  readonly granularity?: Granularity;
  readonly tz?: string;
}

/**
 * The range a query asks for, widened to whole buckets. Without `to` it ends with the present one. Without a
 * granularity, hours as long as that is allowed, else days.
 * @throws AppError `validation_failed`; also for a zone whose midnights do not lie on whole hours of UTC, by which
 *   usage is kept
 */
export function rangeOf(query: RangeQuery, now: number): UsageRange {
  const { tz = 'UTC' } = query;
  const to = query.to === undefined ? now + 1 : Date.parse(query.to);
  const from = query.from === undefined ? undefined : Date.parse(query.from);
  const length = from === undefined ? 0 : to - from;
  const granularity = query.granularity ?? (length <= LONGEST_DAYS.hour * DAY_MS ? 'hour' : 'day');
  // The present instant alone is a range, too.
  if (from !== undefined && from >= to)
    throw invalidField('from', 'must be before `to`', 'Send an earlier instant.');
  if (length > LONGEST_DAYS[granularity] * DAY_MS) {
    const days = LONGEST_DAYS[granularity];
    throw invalidField(
      'from',
      `must be at most ${days} days before \`to\` by ${granularity}`,
      'Ask for a shorter range.',
    );
  }
  const count = USUAL[granularity];
  if (granularity === 'hour') return { granularity, tz, bounds: hoursOf(from, to, count) };
  const bounds = localBeginnings(granularity, tz, { from, to, count }).map(instant => instant / HOUR_MS);
  if (!bounds.every(Number.isInteger)) {
    throw invalidField(
      'tz',
      'has days that do not begin on a whole hour of UTC, by which requests are counted',
      'Ask by hour, or for a zone that is whole hours ahead of UTC or behind it.',
    );
  }
  return { granularity, tz, bounds };
}

function hoursOf(from: number | undefined, to: number, count: number): number[] {
  const end = Math.ceil(to / HOUR_MS);
  const first = from === undefined ? end - count : Math.floor(from / HOUR_MS);
  return Array.from({ length: end - first + 1 }, (_, index) => first + index);
}

/** When an hour began, by its number since 1970, UTC. */
export function startOfHour(hour: number): Date {
  return new Date(hour * HOUR_MS);
}
