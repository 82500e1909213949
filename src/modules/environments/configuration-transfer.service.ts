import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import { Configuration, type ProjectConfiguration } from '../../kernel/facets/configuration.js';
import type { Effect } from '../../kernel/facets/effects.js';
import { AttributeCatalog } from '../../kernel/visibility/attribute-catalog.js';
import { changesBetween, type ConfigurationPlan, type PlannedChange } from './configuration-plan.js';
import { redactAtPath } from './plan-redaction.js';

/** Brings the configuration of one project to another. */
@Injectable()
export class ConfigurationTransfer {
  constructor(
    private readonly configuration: Configuration,
    private readonly cascades: Cascades,
    private readonly catalog: AttributeCatalog,
  ) {}

  /** What a project's configuration is; within a unit of work that writes, it stays so until that ends. */
  of(ctx: RequestContext, projectId: string): Promise<ProjectConfiguration> {
    return this.configuration.snapshot(ctx, projectId);
  }

  /** What bringing a project to a configuration would stop or reach. Of one that is not there yet: nothing. */
  async effects(
    ctx: RequestContext,
    projectId: string | null,
    from: ProjectConfiguration,
    to: ProjectConfiguration,
  ): Promise<Effect[]> {
    return projectId === null ? [] : this.configuration.effects(ctx, projectId, changesBetween(from, to));
  }

  /**
   * Gives a project a configuration, in the caller's unit of work; answers the one it had.
   * @throws AppError `limit_reached` when a part has more items than a project may have
   */
  async bring(
    ctx: RequestContext,
    projectId: string,
    to: ProjectConfiguration,
  ): Promise<ProjectConfiguration> {
    const from = await this.of(ctx, projectId);
    const changes = changesBetween(from, to);
    await this.configuration.apply(ctx, projectId, changes);
    if (changes.size > 0) await this.cascades.rightsLost(ctx, { projectId });
    return from;
  }

  /** A plan as the caller may see it, for the details of an error: answers are hidden by their schemas. */
  shown<T extends ConfigurationPlan>(ctx: RequestContext, plan: T): T {
    return { ...plan, changes: this.shownChanges(ctx, plan.changes) };
  }

  /** The same of changes alone. */
  shownChanges<T extends PlannedChange>(ctx: RequestContext, changes: readonly T[]): T[] {
    if (ctx.hidden.size === 0) return [...changes];
    const redaction = this.catalog.redaction(ctx.hidden);
    return changes.map(change => redactAtPath(change, ['from', 'to'], redaction));
  }
}
