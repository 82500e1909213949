import { z } from 'zod';
import { RETENTION_KINDS } from '../../kernel/facets/purging.js';
import type { RetentionDays } from './retention-days.js';

const LONGEST_DAYS = 3_650;

const days = z.number().int().nullable();

export const Retention = z
  .object({
    request_logs_days: days.describe('Counted from the request.'),
    events_days: days.describe('Entries of the event log; the rest of its chain stays verifiable.'),
    webhook_deliveries_days: days,
    reports_days: days,
    deleted_media_days: days.describe('Counted from the deletion.'),
    expired_invitations_days: days.describe('Counted from the expiry.'),
  } satisfies Record<keyof RetentionDays, z.ZodType>)
  .meta({ id: 'Retention' });

const from = (fewest: number) =>
  z
    .number()
    .int()
    .min(fewest)
    .max(LONGEST_DAYS)
    .nullable()
    .describe(`Days, ${fewest} to ${LONGEST_DAYS}; null to keep everything.`);

export const UpdateRetention = z
  .strictObject({
    request_logs_days: from(7),
    events_days: from(90),
    webhook_deliveries_days: from(7),
    reports_days: from(7),
    deleted_media_days: from(7),
    expired_invitations_days: from(7),
    confirm: z.boolean(),
  } satisfies Record<keyof RetentionDays | 'confirm', z.ZodType>)
  .partial()
  .meta({ id: 'UpdateRetention', examples: [{ request_logs_days: 365 }] });
export type UpdateRetention = z.output<typeof UpdateRetention>;

export const RunRetention = z
  .strictObject({ confirm: z.boolean().optional() })
  .default({})
  .meta({ id: 'RunRetention', examples: [{}] });
export type RunRetention = z.output<typeof RunRetention>;

export const RetentionRun = z
  .object({
    deleted: z
      .partialRecord(z.enum(RETENTION_KINDS), z.number().int())
      .describe('How many rows of each kind were deleted; those of which there were none are left out.'),
    complete: z
      .literal(false)
      .optional()
      .describe(
        'Present when there was more than fits into a request: the job deletes the rest within minutes.',
      ),
  })
  .meta({ id: 'RetentionRun' });
export type RetentionRun = z.infer<typeof RetentionRun>;
