import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';
import { Facets } from './facets.js';

/** What alert thresholds can watch. `error_rate` and `quota_percent` are in per cent. */
export const ALERT_METRICS = [
  'requests',
  'errors',
  'error_rate',
  'quota_percent',
  'wallet_balance',
  'webhook_failures',
] as const;
export type AlertMetric = (typeof ALERT_METRICS)[number];

/** Measures a metric of a project over a span of time; null when there is nothing to measure. */
export type MeasureMetric = (
  ctx: RequestContext,
  projectId: string,
  span: { from: Date; to: Date },
) => Promise<number | null>;

/** A facet of a module that measures something. */
export interface AnswersMetrics {
  readonly metrics: Partial<Record<AlertMetric, MeasureMetric>>;
}

/** Knows how each metric is measured. */
@Injectable()
export class AlertMetrics {
  constructor(private readonly facets: Facets) {}

  /** How a metric is measured; undefined when no module does. */
  get(metric: AlertMetric): MeasureMetric | undefined {
    return this.facets.answering<AnswersMetrics>('metrics').find(({ metrics }) => metrics[metric])?.metrics[
      metric
    ];
  }

  /** The metrics that some module measures. */
  measured(): AlertMetric[] {
    return ALERT_METRICS.filter(metric => this.get(metric) !== undefined);
  }
}
