import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import type { Effect } from '../../kernel/facets/effects.js';
import { Purging } from '../../kernel/facets/purging.js';
import { PurgeRuns } from './purge-runs.service.js';
import type { RetentionRun, RunRetention, UpdateRetention } from './retention.dto.js';
import { retentionTarget } from './retention.events.js';
import { cutOf, type RetentionDays, shortened } from './retention-days.js';
import { RetentionSettingsRepository } from './retention-settings.repository.js';

/** How long a request may delete; the job does the rest. */
const PATIENCE_MS = 20_000;

/** How long projects keep what grows. */
@Injectable()
export class RetentionService {
  constructor(
    private readonly settings: RetentionSettingsRepository,
    private readonly runs: PurgeRuns,
    private readonly purging: Purging,
    private readonly units: UnitOfWork,
  ) {}

  show(ctx: RequestContext, projectId: string): Promise<RetentionDays> {
    return this.settings.of(ctx, projectId);
  }

  /**
   * Changes the rules; deletes nothing by itself.
   * @throws AppError `confirmation_required` when there is something that would be kept no longer
   */
  async update(
    ctx: RequestContext,
    projectId: string,
    { confirm, ...changes }: UpdateRetention,
  ): Promise<RetentionDays> {
    const from = await this.settings.of(ctx, projectId);
    const effects = confirm ? [] : await this.losses(ctx, projectId, from, { ...from, ...changes });
    if (effects.length > 0) {
      const details = { action: 'update', from, to: { ...from, ...changes }, effects };
      throw new AppError('confirmation_required', { param: 'confirm', details });
    }
    const before = await this.settings.lock(ctx, projectId);
    const after = { ...before, ...changes };
    await this.settings.save(ctx, projectId, after);
    ctx.audit.change(retentionTarget(projectId), { ...before }, after);
    return after;
  }

  /** How many rows of each kind would be kept no longer, were the rules changed so; what counts zero is left out. */
  async losses(
    ctx: RequestContext,
    projectId: string,
    before: RetentionDays,
    after: RetentionDays,
  ): Promise<Effect[]> {
    const effects: Effect[] = [];
    for (const kind of shortened(before, after)) {
      const cut = cutOf(after, kind, new Date())!;
      const count = (await this.purging.get(kind)?.count(ctx, projectId, cut)) ?? 0;
      if (count > 0) effects.push({ effect: kind, count });
    }
    return effects;
  }

  /**
   * Does once confirmed what the daily job would do.
   * @throws AppError `confirmation_required`, `invalid_transition` while another run is going on
   */
  async run(ctx: RequestContext, projectId: string, { confirm }: RunRetention): Promise<RetentionRun> {
    if (!confirm) {
      const effects = await this.runs.preview(ctx, projectId, new Date());
      const details = { action: 'run', effects };
      throw new AppError('confirmation_required', { param: 'confirm', details });
    }
    const { run, complete } = await this.units.apart(ctx, () => this.purge(ctx.requestId, projectId));
    if (!(await (complete ? this.runs.end(ctx, run) : this.runs.leave(ctx, run)))) throw busy();
    ctx.audit.change(retentionTarget(projectId), null, run.deleted);
    return { deleted: run.deleted, ...(complete ? {} : { complete: false }) };
  }

  private async purge(holder: string, projectId: string) {
    const own = RequestContext.system('retention', holder);
    const until = new Date(Date.now() + PATIENCE_MS);
    const taken = await this.runs.take(own, projectId, holder);
    const worked = taken && (await this.runs.work(own, taken, until));
    if (!worked) throw busy();
    return worked;
  }
}

function busy(): AppError {
  return new AppError('invalid_transition', { message: 'Another run of this project is going on.' });
}
