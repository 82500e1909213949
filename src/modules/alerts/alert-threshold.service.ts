import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { type AlertMetric, AlertMetrics } from '../../kernel/facets/metrics.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import {
  type AlertThreshold,
  type CreateAlertThreshold,
  type ListAlertThresholds,
  toAlertThreshold,
  type UpdateAlertThreshold,
} from './alert-threshold.dto.js';
import type { AlertThresholdEntity } from './alert-threshold.entity.js';
import { AlertThresholdRepository } from './alert-threshold.repository.js';

/** Alert thresholds of projects. */
@Injectable()
export class AlertThresholdService {
  constructor(
    private readonly thresholds: AlertThresholdRepository,
    private readonly metrics: AlertMetrics,
  ) {}

  async list(
    ctx: RequestContext,
    projectId: string,
    query: ListAlertThresholds,
  ): Promise<Page<AlertThreshold>> {
    const rows = await this.thresholds.list(ctx, projectId, query.limit, decodeCursor(query.cursor));
    return paginate(rows, query.limit, await this.thresholds.count(ctx, projectId), toAlertThreshold);
  }

  /** @throws AppError `validation_failed` for a metric that nothing measures */
  async create(ctx: RequestContext, projectId: string, input: CreateAlertThreshold): Promise<AlertThreshold> {
    this.refuseUnmeasured(input.metric);
    const threshold: AlertThresholdEntity = {
      ...input,
      id: newId('alr'),
      project_id: projectId,
      state: 'ok',
      last_fired_at: null,
      created_at: new Date(),
    };
    await this.thresholds.insert(ctx, threshold);
    ctx.audit.change(thresholdTarget(threshold), null, { ...input });
    return toAlertThreshold(threshold);
  }

  /** Changes a threshold, which re-arms it. @throws AppError `not_found`, `validation_failed` */
  async update(
    ctx: RequestContext,
    projectId: string,
    id: string,
    input: UpdateAlertThreshold,
  ): Promise<AlertThreshold> {
    const before = await this.existing(ctx, projectId, id);
    if (input.metric) this.refuseUnmeasured(input.metric);
    const after: AlertThresholdEntity = { ...before, ...input, state: 'ok', last_fired_at: null };
    if (Object.keys(input).length) {
      await this.thresholds.update(ctx, projectId, id, { ...input, state: 'ok', last_fired_at: null });
    }
    ctx.audit.change(thresholdTarget(after), editable(before), editable(after));
    return toAlertThreshold(Object.keys(input).length ? after : before);
  }

  /** @throws AppError `not_found` */
  async delete(ctx: RequestContext, projectId: string, id: string): Promise<{ id: string; deleted: true }> {
    const before = await this.existing(ctx, projectId, id);
    if (!(await this.thresholds.delete(ctx, projectId, id))) throw new AppError('not_found');
    ctx.audit.change(thresholdTarget(before), editable(before), null);
    return { id, deleted: true };
  }

  private async existing(ctx: RequestContext, projectId: string, id: string): Promise<AlertThresholdEntity> {
    const threshold = await this.thresholds.find(ctx, projectId, id);
    if (!threshold) throw new AppError('not_found');
    return threshold;
  }

  private refuseUnmeasured(metric: AlertMetric): void {
    const measured = this.metrics.measured();
    if (measured.includes(metric)) return;
    throw invalidField('metric', 'is not measured by this server', `Choose one of: ${measured.join(', ')}.`);
  }
}

const target = defineTarget('alert_threshold', {
  name: ['alert_threshold.metric', 'alert_threshold.operator', 'alert_threshold.value'],
});

/** How a threshold stands in the event log. */
export function thresholdTarget({ id, metric, operator, value }: AlertThresholdEntity) {
  return target(id, `${metric} ${operator} ${value}`);
}

/** What of a threshold people edit. */
export function editable({ metric, operator, value, window, channels }: AlertThresholdEntity) {
  return { metric, operator, value, window, channels };
}
