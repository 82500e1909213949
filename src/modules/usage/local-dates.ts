import { Temporal } from 'temporal-polyfill';

/** What a calendar divides time into; weeks begin on Monday (ISO 8601). */
export type CalendarUnit = 'day' | 'week' | 'month';

/** Nowhere are clocks changed forth and back within a week. */
const PROBED_DAYS = 7;
const DAY_MS = 86_400_000;

/** Whether `name` is the name of a zone in the IANA time zone database; an offset such as `+02:00` is none. */
export function isTimeZone(name: string): boolean {
  if (!/^[a-z]/i.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** A zone's name as the database writes it, whatever case it was given in. */
export function zoneNamed(name: string): string {
  return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
}

/**
 * The instants at which days, weeks or months begin in a zone, in milliseconds since 1970: the last one that is not
 * after `from`, or else the one `count` before the end, and all up to the first that is not before `to`. A day begins
 * with its first instant, whatever the clock shows then; a day that a zone left out is not there.
 */
export function localBeginnings(
  unit: CalendarUnit,
  zone: string,
  { from, to, count }: { from?: number; to: number; count: number },
): number[] {
  let end = firstDateOf(unit, dateAt(to, zone));
  while (beginningOf(end, zone) < to) end = end.add({ [`${unit}s`]: 1 });
  const first =
    from === undefined ? end.subtract({ [`${unit}s`]: count }) : firstDateOf(unit, dateAt(from, zone));
  const dates: Temporal.PlainDate[] = [];
  for (let step = 0; ; step++) {
    const date = first.add({ [`${unit}s`]: step });
    dates.push(date);
    if (Temporal.PlainDate.compare(date, end) >= 0) break;
  }
  const beginnings =
    unit === 'day' ? beginningsOfDays(dates, zone) : dates.map(date => beginningOf(date, zone));
  return beginnings.filter((beginning, at) => at === 0 || beginning > beginnings[at - 1]!);
}

/** The beginnings of successive days. Only some are asked for, as each takes a tenth of a millisecond. */
function beginningsOfDays(dates: readonly Temporal.PlainDate[], zone: string): number[] {
  const known = new Map<number, number>();
  const at = (index: number) => {
    if (!known.has(index)) known.set(index, beginningOf(dates[index]!, zone));
    return known.get(index)!;
  };
  return dates.map((_, index) => {
    const before = index - (index % PROBED_DAYS);
    const after = Math.min(before + PROBED_DAYS, dates.length - 1);
    const regular = at(after) - at(before) === (after - before) * DAY_MS;
    return regular ? at(before) + (index - before) * DAY_MS : at(index);
  });
}

function dateAt(instant: number, zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate();
}

function beginningOf(date: Temporal.PlainDate, zone: string): number {
  return date.toZonedDateTime(zone).epochMilliseconds;
}

function firstDateOf(unit: CalendarUnit, date: Temporal.PlainDate): Temporal.PlainDate {
  if (unit === 'week') return date.subtract({ days: date.dayOfWeek - 1 });
  return unit === 'month' ? date.with({ day: 1 }) : date;
}
