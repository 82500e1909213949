import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import { PurgeRuns } from './purge-runs.service.js';
import { retentionTarget } from './retention.events.js';
import { RetentionRunRepository } from './retention-run.repository.js';

const EVERY_MS = 60_000;
/** So that a round of a hundred thousand projects is spread over most of the day. */
const PROJECTS_EACH_TIME = 100;

/**
 * Deletes once a day (UTC), in every project, what it does not keep any more. Each project is taken on by one process; a
 * run that was broken off is finished by whichever finds it.
 */
@Injectable()
export class DailyPurge implements OnApplicationBootstrap {
  private readonly logger = new Logger('Retention');

  constructor(
    private readonly runs: RetentionRunRepository,
    private readonly purges: PurgeRuns,
    private readonly units: UnitOfWork,
    private readonly recurring: RecurringJobs,
  ) {}

  onApplicationBootstrap(): void {
    this.recurring.every('retention.purge', EVERY_MS, async () => {
      await this.goOn();
    });
  }

  /** Finishes what was broken off, then takes on the next projects of today's round; answers how many. */
  async goOn(): Promise<number> {
    const ctx = RequestContext.system('job:retention.purge', newId('req'));
    for (const projectId of await this.runs.abandoned(ctx, new Date(), PROJECTS_EACH_TIME))
      await this.attempt(projectId);
    const today = new Date().toISOString().slice(0, 10);
    const next = await this.units.bookkeeping(ctx, () =>
      this.runs.nextOfRound(ctx, today, PROJECTS_EACH_TIME),
    );
    for (const projectId of next) if (await this.purges.isDue(ctx, projectId)) await this.attempt(projectId);
    return next.length;
  }

  private async attempt(projectId: string): Promise<void> {
    try {
      await this.purge(projectId);
    } catch (error) {
      // One project that cannot be purged must not keep the others; its run is tried again.
      this.logger.error({ err: error, project: projectId }, 'a project could not be purged');
    }
  }

  private async purge(projectId: string): Promise<void> {
    const ctx = RequestContext.system('job:retention.purge', newId('req'));
    const taken = await this.purges.take(ctx, projectId, ctx.requestId);
    const worked = taken && (await this.purges.work(ctx, taken, null));
    if (!worked) return;
    const { run } = worked;
    const nothing = Object.keys(run.deleted).length === 0;
    if (nothing) return this.units.bookkeeping(ctx, async () => void (await this.purges.end(ctx, run)));
    await this.units.run(ctx, { events: ['retention.purged'] }, async () => {
      if (!(await this.purges.end(ctx, run))) throw new Error('another process has taken the run over');
      ctx.audit.inProject(projectId).change(retentionTarget(projectId), null, run.deleted);
    });
  }
}
