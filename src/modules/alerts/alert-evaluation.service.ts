import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { AlertMetrics } from '../../kernel/facets/metrics.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import { NotificationService } from '../notifications/notification.service.js';
import { ProjectService } from '../projects/project.service.js';
import { ALERT_MAIL } from './alert.mail.js';
import type { AlertThresholdEntity } from './alert-threshold.entity.js';
import { AlertThresholdRepository } from './alert-threshold.repository.js';
import { thresholdTarget } from './alert-threshold.service.js';
import { crosses, WINDOW_MS } from './crossing.js';

const EVERY_MS = 5_000;
const BATCH = 200;

/**
 * Looks at every threshold again and again, and tells people when its metric crosses it. Those of suspended and
 * deleted projects rest: that nothing is called there is no news.
 */
@Injectable()
export class AlertEvaluation implements OnApplicationBootstrap {
  private readonly logger = new Logger('Alerts');

  constructor(
    private readonly thresholds: AlertThresholdRepository,
    private readonly metrics: AlertMetrics,
    private readonly projects: ProjectService,
    private readonly notifications: NotificationService,
    private readonly units: UnitOfWork,
    private readonly recurring: RecurringJobs,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.recurring.every('alerts.evaluate', EVERY_MS, () => this.evaluateAll());
  }

  async evaluateAll(): Promise<void> {
    const ctx = RequestContext.system('job:alerts.evaluate', newId('req'));
    for (let after: string | null = null; ;) {
      const batch = await this.thresholds.batch(ctx, after, BATCH);
      const running = await this.projects.running(
        ctx,
        batch.map(threshold => threshold.project_id),
      );
      for (const threshold of batch)
        if (running.has(threshold.project_id)) await this.evaluate(ctx, threshold);
      if (batch.length < BATCH) return;
      after = batch.at(-1)!.id;
    }
  }

  private async evaluate(ctx: RequestContext, threshold: AlertThresholdEntity): Promise<void> {
    try {
      const now = new Date();
      const measured = await this.measure(ctx, threshold, now);
      if (measured === null) return;
      const beyond = crosses(measured, threshold.operator, threshold.value);
      if (beyond && threshold.state === 'ok') await this.fire(ctx, threshold, measured, now);
      if (!beyond && threshold.state === 'firing') {
        await this.units.bookkeeping(ctx, () => this.thresholds.rearm(ctx, threshold.id));
      }
    } catch (error) {
      // One threshold that cannot be looked at must not silence the others.
      this.logger.error({ err: error, threshold: threshold.id }, 'an alert threshold could not be evaluated');
    }
  }

  private async measure(
    ctx: RequestContext,
    threshold: AlertThresholdEntity,
    now: Date,
  ): Promise<number | null> {
    const from = new Date(now.getTime() - WINDOW_MS[threshold.window]);
    const measure = this.metrics.get(threshold.metric);
    return measure ? measure(ctx, threshold.project_id, { from, to: now }) : null;
  }

  private async fire(
    ctx: RequestContext,
    threshold: AlertThresholdEntity,
    measured: number,
    now: Date,
  ): Promise<void> {
    const quietSince = new Date(now.getTime() - WINDOW_MS[threshold.window]);
    if (threshold.last_fired_at !== null && threshold.last_fired_at > quietSince) return;
    try {
      await this.units.run(ctx, { events: ['alert.fired'] }, async () => {
        if (!(await this.thresholds.fire(ctx, threshold.id, now, quietSince)))
          throw new AppError('invalid_transition');
        const { metric, operator, value, window, channels } = threshold;
        ctx.audit
          .inProject(threshold.project_id)
          .change(thresholdTarget(threshold), null, { metric, operator, value, window, channels, measured });
        if (threshold.channels.includes('email')) await this.tell(ctx, threshold, measured);
      });
    } catch (error) {
      // Another instance saw the crossing first, or somebody changed the threshold meanwhile.
      if (!(error instanceof AppError && error.code === 'invalid_transition')) throw error;
    }
  }

  private async tell(ctx: RequestContext, threshold: AlertThresholdEntity, measured: number): Promise<void> {
    const { name, people } = await this.projects.contacts(ctx, threshold.project_id);
    const condition = `${threshold.metric} ${threshold.operator} ${threshold.value}`;
    for (const person of people) {
      await this.notifications.notify(ctx, {
        to: person.email,
        toName: person.name,
        userId: person.id,
        template: ALERT_MAIL,
        data: {
          name: person.first_name,
          projectName: name,
          condition,
          window: threshold.window,
          measured: String(Math.round(measured * 100) / 100),
          url: `${this.config.publicUrl}/docs`,
        },
      });
    }
  }
}
