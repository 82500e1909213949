import { z } from 'zod';
import { anyInstant, id, instant } from '../../kernel/http/schemas.js';
import { mustBe } from '../../kernel/http/validation-phrases.js';
import { isTimeZone, zoneNamed } from './local-dates.js';
import { LONGEST_DAYS, startOfHour, type UsageRange } from './usage-range.js';

const granularity = z.enum(['hour', 'day', 'week', 'month']);
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
    granularity,
    tz: z.string().describe('The zone whose midnights bound days, weeks and months.'),
    group_by: z.string().nullable(),
    series: z
      .array(
        z.object({
          at: instant.describe('The same as `from`.'),
          from: instant,
          to: instant.describe('The end, not included.'),
          ...group,
          requests,
          errors,
        }),
      )
      .describe('Oldest first. Without grouping every bucket of time; with it, only those with requests.'),
    groups: z
      .array(z.object({ ...group, requests, errors }))
      .optional()
      .describe('Only when grouped: the 100 groups with the most requests in the whole range.'),
    totals: z.object({ requests, errors }),
  })
  .meta({ id: 'Usage' });
export type Usage = z.infer<typeof Usage>;

/** Leaves room for the bucket around it. */
const rangeInstant = anyInstant.refine(value => value >= '1970' && value < '9999', {
  error: mustBe('an instant in the years 1970 to 9998'),
});

const query = {
  from: rangeInstant
    .optional()
    .describe(
      'Defaults to 24 hours before `to`; by week to 13 weeks, by month to 12 months. Rounded down to the beginning of ' +
        'its hour, day, week or month.',
    ),
  to: rangeInstant
    .optional()
    .describe('Defaults to now; rounded up to the end of its hour, day, week or month.'),
  granularity: granularity
    .optional()
    .describe(
      `By hour up to ${LONGEST_DAYS.hour} days, by day up to ${LONGEST_DAYS.day}, by week up to ${LONGEST_DAYS.week}, by ` +
        `month up to ${LONGEST_DAYS.month}. Weeks begin on Monday (ISO 8601).`,
    ),
  tz: z
    .string()
    .max(64)
    .refine(isTimeZone, {
      error: mustBe('the name of an IANA time zone, such as Europe/Berlin'),
      abort: true,
    })
    .transform(zoneNamed)
    .optional()
    .describe(
      'The IANA time zone whose midnights bound days, weeks and months; UTC by default. Requests are counted by hours of ' +
        'UTC: where a day does not begin on one, as in India, the answer is 400, and hours are there to be asked for.',
    )
    .meta({ examples: ['Europe/Berlin'] }),
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
  /** The index of the bucket of time. */
  bucket?: number;
  group?: string | number | null;
  requests: number;
  errors: number;
}

export function toUsage(
  { granularity, tz, bounds }: UsageRange,
  groupBy: UsageQuery['group_by'],
  counts: { series: UsageCount[]; groups: UsageCount[]; totals: Pick<UsageCount, 'requests' | 'errors'> },
): Usage {
  const field = groupBy && GROUP_FIELD[groupBy];
  const grouped = ({ group, requests, errors }: UsageCount) =>
    field ? { [field]: group, requests, errors } : { requests, errors };
  const instants = bounds.map(hour => startOfHour(hour).toISOString());
  return {
    from: instants[0]!,
    to: instants.at(-1)!,
    granularity,
    tz,
    group_by: groupBy ?? null,
    series: counts.series.map(count => ({
      at: instants[count.bucket!]!,
      from: instants[count.bucket!]!,
      to: instants[count.bucket! + 1]!,
      ...grouped(count),
    })),
    ...(field ? { groups: counts.groups.map(grouped) } : {}),
    totals: counts.totals,
  };
}
