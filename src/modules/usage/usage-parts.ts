const HOURS_PER_DAY = 24;

/** Counts by the hour or by the UTC day, from one on and before another. */
export interface UsagePart {
  readonly unit: 'hour' | 'day';
  readonly from: number;
  readonly to: number;
  /** Of the hours these only, where there are any. */
  readonly only: readonly number[];
  /** All days but these. */
  readonly except: readonly number[];
  /** Where each bucket begins, in the unit. */
  readonly beginnings: readonly number[];
}

/**
 * What the counts of some buckets are summed from: whole UTC days, and the hours of those that a bound cuts in two;
 * where bounds cut most days, hours alone. `bounds` are whole hours since 1970, UTC.
 */
export function partsOf(bounds: readonly number[]): UsagePart[] {
  const [first, end] = [bounds[0]!, bounds.at(-1)!];
  const [firstDay, endDay] = [Math.ceil(first / HOURS_PER_DAY), Math.floor(end / HOURS_PER_DAY)];
  const beginnings = bounds.slice(0, -1);
  const cut = [...new Set(bounds.filter(hour => hour % HOURS_PER_DAY !== 0).map(dayOf))];
  const cutWithin = cut.filter(day => day >= firstDay && day < endDay);
  if (endDay - firstDay <= 2 * cutWithin.length)
    return [{ unit: 'hour', from: first, to: end, only: [], except: [], beginnings }];
  const days: UsagePart = {
    unit: 'day',
    from: firstDay,
    to: endDay,
    only: [],
    except: cutWithin,
    beginnings: beginnings.map(hour => Math.ceil(hour / HOURS_PER_DAY)),
  };
  const only = cut
    .flatMap(day => Array.from({ length: HOURS_PER_DAY }, (_, hour) => day * HOURS_PER_DAY + hour))
    .filter(hour => hour >= first && hour < end);
  if (only.length === 0) return [days];
  return [days, { unit: 'hour', from: first, to: end, only, except: [], beginnings }];
}

/**
 * The condition that a part is of a table `u`. All its values are numbers, of which there may be a thousand: `+` keeps
 * SQLite from looking each of them up in each series; elsewhere it means nothing.
 */
export function conditionOf({ unit, from, to, only, except }: UsagePart): string {
  const conditions = [`u.${unit} >= ${from} AND u.${unit} < ${to}`];
  if (only.length > 0) conditions.push(`+u.${unit} IN (${only.join(', ')})`);
  if (except.length > 0) conditions.push(`u.${unit} NOT IN (${except.join(', ')})`);
  return conditions.join(' AND ');
}

/** The index of the bucket that an hour or day of `u` lies in. */
export function bucketOf({ unit, from, to, beginnings }: UsagePart): string {
  const single = beginnings.length === to - from && beginnings.every((one, index) => one === from + index);
  // A mere number would be the place of a column to GROUP BY.
  if (beginnings.length === 1) return `u.${unit} * 0`;
  if (single) return `u.${unit} - ${from}`;
  return bisection(`u.${unit}`, beginnings, 0, beginnings.length);
}

function bisection(column: string, beginnings: readonly number[], low: number, high: number): string {
  if (high - low === 1) return String(low);
  const middle = (low + high) >> 1;
  const [below, above] = [
    bisection(column, beginnings, low, middle),
    bisection(column, beginnings, middle, high),
  ];
  return `CASE WHEN ${column} < ${beginnings[middle]} THEN ${below} ELSE ${above} END`;
}

/** How many hours and days of each series are read for some buckets. */
export function countsIn(bounds: readonly number[]): number {
  return partsOf(bounds).reduce(
    (sum, { from, to, only, except }) => sum + (only.length || to - from - except.length),
    0,
  );
}

function dayOf(hour: number): number {
  return Math.floor(hour / HOURS_PER_DAY);
}
