import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { type Purge, Purging, RETENTION_KINDS, type RetentionKind } from '../../kernel/facets/purging.js';
import { cutOf } from './retention-days.js';
import type { RetentionRunEntity } from './retention-run.entity.js';
import { RetentionRunRepository } from './retention-run.repository.js';
import { RetentionSettingsRepository } from './retention-settings.repository.js';

/** Rows of one transaction, so that others wait some milliseconds only. */
const BATCH = 250;
/** After this time without a sign, whoever works on a run counts as gone. */
const LEASE_MS = 60_000;

/**
 * Deletes what a project does not keep any more, batch by batch. What was deleted is noted after each batch: broken off
 * at any moment, a run is finished by whoever finds it, and its entry in the event log has the counts of all of it.
 */
@Injectable()
export class PurgeRuns {
  constructor(
    private readonly runs: RetentionRunRepository,
    private readonly settings: RetentionSettingsRepository,
    private readonly purging: Purging,
    private readonly units: UnitOfWork,
  ) {}

  /** Whether there is something to delete. */
  async isDue(ctx: RequestContext, projectId: string): Promise<boolean> {
    for (const kind of RETENTION_KINDS) {
      const due = await this.dueOf(ctx, projectId, kind, new Date());
      if (due && (await due.purge.count(ctx, projectId, due.before)) > 0) return true;
    }
    return false;
  }

  /** How many rows of each kind a run would delete now; those of which there are none are left out. */
  async preview(
    ctx: RequestContext,
    projectId: string,
    now: Date,
  ): Promise<{ effect: string; count: number }[]> {
    const effects: { effect: string; count: number }[] = [];
    for (const kind of RETENTION_KINDS) {
      const due = await this.dueOf(ctx, projectId, kind, now);
      const count = due ? await due.purge.count(ctx, projectId, due.before) : 0;
      if (count > 0) effects.push({ effect: kind, count });
    }
    return effects;
  }

  /** Begins a run or goes on with one that was broken off; null while somebody else works on it. */
  take(ctx: RequestContext, projectId: string, holder: string): Promise<RetentionRunEntity | null> {
    const now = new Date();
    const run = { project_id: projectId, holder, deleted: {}, started_at: now, lease_until: leaseFrom(now) };
    return this.units.bookkeeping(ctx, () => this.runs.take(ctx, run, now));
  }

  /**
   * Deletes until nothing is left, or `until`. `ctx` is the work's own: each batch commits by itself. Answers the run with
   * what was deleted, and whether all was; null when somebody else has taken it over.
   */
  async work(
    ctx: RequestContext,
    run: RetentionRunEntity,
    until: Date | null,
  ): Promise<{ run: RetentionRunEntity; complete: boolean } | null> {
    let noted = run;
    for (const kind of RETENTION_KINDS) {
      for (;;) {
        if (until && new Date() >= until) return { run: noted, complete: false };
        // A rule that is changed meanwhile counts from the next batch on.
        const due = await this.dueOf(ctx, run.project_id, kind, run.started_at);
        const count = due ? await due.purge.deleteBatch(ctx, run.project_id, due.before, BATCH) : 0;
        if (count === 0) break;
        const deleted = { ...noted.deleted, [kind]: (noted.deleted[kind] ?? 0) + count };
        noted = { ...noted, deleted, lease_until: leaseFrom(new Date()) };
        const current = noted;
        if (!(await this.units.bookkeeping(ctx, () => this.runs.note(ctx, current)))) return null;
        await turn();
      }
    }
    return { run: noted, complete: true };
  }

  /** Ends a run in the caller's unit of work; false when somebody else has taken it over. */
  end(ctx: RequestContext, run: RetentionRunEntity): Promise<boolean> {
    return this.runs.end(ctx, run);
  }

  /** Leaves the rest of a run to the job, in the caller's unit of work; false when somebody else has taken it over. */
  leave(ctx: RequestContext, run: RetentionRunEntity): Promise<boolean> {
    return this.runs.note(ctx, { ...run, deleted: {}, lease_until: run.started_at });
  }

  /** How a kind is purged and up to when; null when it is kept for ever, or no module has it. */
  private async dueOf(
    ctx: RequestContext,
    projectId: string,
    kind: RetentionKind,
    now: Date,
  ): Promise<{ purge: Purge; before: Date } | null> {
    const purge = this.purging.get(kind);
    const before = purge ? cutOf(await this.settings.of(ctx, projectId), kind, now) : null;
    return purge && before ? { purge, before } : null;
  }
}

function leaseFrom(now: Date): Date {
  return new Date(now.getTime() + LEASE_MS);
}
