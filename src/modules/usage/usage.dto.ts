import { z } from 'zod';
import { anyInstant, id, instant } from '../../kernel/http/schemas.js';
import { startOf, type UsageRange } from './usage-range.js';

const requests = z.number().int();
const errors = z.number().int().describe('Requests answered with a status of 400 or more.');
const group = {
  project_id: id('prj').optional(),
  api_key_id: id('key').optional(),
  member_id: id('mbr').nullable().optional().describe('Null for keys that belong to no member.'),
  // What the request log hides is hidden here.
  route: z.string().optional().meta({ 'x-also-attribute': 'request_log.route' }),
  status: z.number().int().optional().meta({ 'x-also-attribute': 'request_log.status' }),
};

export const Usage = z
  .object({
    from: instant,
    to: instant.describe('The end of the range, not included.'),
    granularity: z.enum(['hour', 'day']),
    group_by: z.string().nullable(),
    series: z
      .array(z.object({ at: instant, ...group, requests, errors }))
      .describe('Oldest first. Without grouping every hour or day; with it, only those with requests.'),
    groups: z
      .array(z.object({ ...group, requests, errors }))
      .optional()
      .describe('Only when grouped: the 100 groups with the most requests in the whole range.'),
    totals: z.object({ requests, errors }),
  })
  .meta({ id: 'Usage' });
export type Usage = z.infer<typeof Usage>;

const query = {
  from: anyInstant
    .optional()
    .describe('Defaults to 24 hours before `to`; rounded down to the whole hour or day.'),
  to: anyInstant.optional().describe('Defaults to now; rounded up to the whole hour or day.'),
  granularity: z.enum(['hour', 'day']).optional().describe('By hour up to 31 days, by day (UTC) up to 400.'),
};

export const ProjectUsageQuery = z.strictObject({
  ...query,
  group_by: z.enum(['api_key', 'member', 'route', 'status']).optional(),
});

export const OrganizationUsageQuery = z.strictObject({
  ...query,
  group_by: z.enum(['project', 'api_key', 'member', 'route', 'status']).optional(),
});
export type UsageQuery = z.output<typeof OrganizationUsageQuery>;

/** The field of a series each grouping goes by. */
export const GROUP_FIELD = {
  project: 'project_id',
  api_key: 'api_key_id',
  member: 'member_id',
  route: 'route',
  status: 'status',
} as const;
export type GroupField = (typeof GROUP_FIELD)[keyof typeof GROUP_FIELD];

/** Requests counted together. */
export interface UsageCount {
  at?: number;
  group?: string | number | null;
  requests: number;
  errors: number;
}

export function toUsage(
  { unit, from, to }: UsageRange,
  groupBy: UsageQuery['group_by'],
  counts: { series: UsageCount[]; groups: UsageCount[]; totals: Pick<UsageCount, 'requests' | 'errors'> },
): Usage {
  const field = groupBy && GROUP_FIELD[groupBy];
  const grouped = ({ group, requests, errors }: UsageCount) =>
    field ? { [field]: group, requests, errors } : { requests, errors };
  return {
    from: startOf(unit, from).toISOString(),
    to: startOf(unit, to).toISOString(),
    granularity: unit,
    group_by: groupBy ?? null,
    series: counts.series.map(count => ({ at: startOf(unit, count.at!).toISOString(), ...grouped(count) })),
    ...(field ? { groups: counts.groups.map(grouped) } : {}),
    totals: counts.totals,
  };
}
