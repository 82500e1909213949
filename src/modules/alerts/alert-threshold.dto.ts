import { z } from 'zod';
import { ALERT_METRICS } from '../../kernel/facets/metrics.js';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { deleted, id, instant, toWire } from '../../kernel/http/schemas.js';
import type { AlertThresholdEntity } from './alert-threshold.entity.js';

const metric = z.enum(ALERT_METRICS);
const operator = z.enum(['>', '>=', '<', '<=']);
const window = z.enum(['5m', '15m', '1h', '24h']);
const channels = z.array(z.enum(['email', 'webhook']));

export const AlertThreshold = z
  .object({
    id: id('alr'),
    metric,
    operator,
    value: z.number(),
    window,
    channels,
    state: z.enum(['ok', 'firing']).describe('`firing` from the crossing until the metric has recovered.'),
    last_fired_at: instant.nullable(),
    created_at: instant,
  })
  .meta({ id: 'AlertThreshold' });
export type AlertThreshold = z.infer<typeof AlertThreshold>;

const fields = {
  metric: metric.describe('`error_rate` and `quota_percent` are percentages.'),
  operator,
  value: z.number().min(-9_007_199_254_740_991).max(9_007_199_254_740_991),
  window: window.describe('How far back the metric looks; no second alert is sent within it.'),
  channels: channels.min(1).max(2),
};

export const CreateAlertThreshold = z
  .strictObject({ ...fields, operator: operator.default('>'), channels: fields.channels.default(['email']) })
  .meta({
    id: 'CreateAlertThreshold',
    examples: [{ metric: 'error_rate', operator: '>', value: 5, window: '15m' }],
  });
export type CreateAlertThreshold = z.output<typeof CreateAlertThreshold>;

export const UpdateAlertThreshold = z
  .strictObject(fields)
  .partial()
  .meta({ id: 'UpdateAlertThreshold', examples: [{ value: 10 }] });
export type UpdateAlertThreshold = z.output<typeof UpdateAlertThreshold>;

export const ListAlertThresholds = z.strictObject(listQuery());
export type ListAlertThresholds = z.output<typeof ListAlertThresholds>;

export const AlertThresholdPage = pageOf(AlertThreshold, 'AlertThresholdPage');

export const DeletedAlertThreshold = deleted('alr').meta({ id: 'DeletedAlertThreshold' });

export function toAlertThreshold(row: AlertThresholdEntity): AlertThreshold {
  const { id, metric: measured, operator: compared, value, window: lookback, state } = row;
  return {
    id,
    metric: measured,
    operator: compared,
    value,
    window: lookback,
    channels: row.channels,
    state,
    last_fired_at: toWire(row.last_fired_at),
    created_at: row.created_at.toISOString(),
  };
}
