/** One series of requests, as the choice of a way through the log needs it. */
export interface SeriesSize {
  readonly id: number;
  readonly logged: number;
}

/** A part of the log that an index holds in order. */
export type LogPart =
  | { readonly column: 'series_id'; readonly value: number }
  | { readonly column: 'project_id'; readonly value: string };

/** What looking a part up costs, in lines walked through. */
const PART_COST = 20;

/**
 * How to find a page of the lines of `chosen` series: by each series' own index, or, null, by walking through
 * the scope's log until enough have been met. The first is better for what is rare, the second for what is
 * frequent and spread over many series.
 */
export function pathTo(chosen: readonly SeriesSize[], allLogged: number, limit: number): LogPart[] | null {
  const matching = chosen.reduce((sum, series) => sum + series.logged, 0);
  const byIndex = chosen.reduce((sum, series) => sum + PART_COST + Math.min(limit, series.logged), 0);
  const byWalking = (limit * allLogged) / Math.max(1, matching);
  if (byWalking < byIndex) return null;
  return partsOf(chosen);
}

/** The parts of the log that belong to the series. */
export function partsOf(series: readonly SeriesSize[]): LogPart[] {
  return series.map(({ id }) => ({ column: 'series_id', value: id }));
}
