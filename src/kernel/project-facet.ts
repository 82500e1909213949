import { Injectable } from '@nestjs/common';
import type { Permission } from './access/permissions.js';
import type { RequestContext } from './context/request-context.js';

/** Figures of a project that lists and records show. */
export type ProjectFigure =
  'team_size' | 'api_key_count' | 'serving_keys' | 'customer_count' | 'webhook_targets' | 'threshold_alerts';

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

/** An object found by its id alone; `projectId` is null for what belongs to no project. */
export interface Found {
  readonly id: string;
  readonly object: string;
  readonly projectId: string | null;
  readonly name: string | null;
  readonly url: string;
}

/** One line of what an action would affect, shown before it is confirmed. */
export interface ProjectEffect {
  readonly effect: string;
  readonly count: number;
}

/**
 * What a module has to say about projects. It implements the methods it has something to say to and
 * registers itself with {@link ProjectFacets}; those who ask iterate over all facets and know no
 * module by name.
 */
export interface ProjectFacet {
  /** Figures for many projects at once: one query, not one per project. */
  figures?(
    ctx: RequestContext,
    projectIds: string[],
  ): Promise<Map<string, Partial<Record<ProjectFigure, number>>>>;
  /** What `action` (`suspend`, `delete`, …) would stop or reach. */
  effects?(ctx: RequestContext, projectId: string, action: string): Promise<ProjectEffect[]>;
  /** The metrics this module measures. */
  metrics?: Partial<Record<AlertMetric, MeasureMetric>>;
  /**
   * Whether somebody other than this user owns the project. When so, nobody can transfer the project, or do
   * the same, before the caller's unit of work ends. Answered by the module that owns projects.
   */
  holdOwnerOtherThan?(ctx: RequestContext, projectId: string, userId: string): Promise<boolean>;
  /** What to do, in the caller's unit of work, when a member is removed for good. */
  memberGone?(ctx: RequestContext, gone: { projectId: string; memberId: string }): Promise<void>;
  /** What to do, in the caller's unit of work, when a role is deleted: its holders get `replacementId`. */
  roleGone?(
    ctx: RequestContext,
    gone: { projectId: string; roleId: string; replacementId: string },
  ): Promise<void>;
  /** How objects with one id prefix are found, and the permission needed to see one in its project. */
  lookup?: {
    readonly prefix: string;
    readonly permission: Permission;
    /** Null when there is none, or when it belongs to no project and is not the caller's to see. */
    find(ctx: RequestContext, id: string): Promise<Found | null>;
  };
}

/** The registry of facets. */
@Injectable()
export class ProjectFacets {
  private readonly facets: ProjectFacet[] = [];

  register(facet: ProjectFacet): void {
    this.facets.push(facet);
  }

  all(): readonly ProjectFacet[] {
    return this.facets;
  }

  /** Every module's figures, merged by project. */
  async figures(
    ctx: RequestContext,
    projectIds: string[],
  ): Promise<Map<string, Partial<Record<ProjectFigure, number>>>> {
    const merged = new Map(projectIds.map(id => [id, {} as Partial<Record<ProjectFigure, number>>]));
    if (projectIds.length === 0) return merged;
    for (const facet of this.facets) {
      const figures = await facet.figures?.(ctx, projectIds);
      for (const [id, values] of figures ?? []) Object.assign(merged.get(id) ?? {}, values);
    }
    return merged;
  }

  /** Whether somebody other than this user owns the project, which stays so until the caller's unit of work ends. */
  async holdOwnerOtherThan(ctx: RequestContext, projectId: string, userId: string): Promise<boolean> {
    for (const facet of this.facets) {
      if (facet.holdOwnerOtherThan) return facet.holdOwnerOtherThan(ctx, projectId, userId);
    }
    throw new Error('no module knows who owns projects');
  }

  /** Lets every module follow the removal of a member. */
  async memberGone(ctx: RequestContext, gone: { projectId: string; memberId: string }): Promise<void> {
    for (const facet of this.facets) await facet.memberGone?.(ctx, gone);
  }

  /** Lets every module follow the deletion of a role. */
  async roleGone(
    ctx: RequestContext,
    gone: { projectId: string; roleId: string; replacementId: string },
  ): Promise<void> {
    for (const facet of this.facets) await facet.roleGone?.(ctx, gone);
  }

  /** Everything `action` would affect, in the order the modules registered; what counts zero is left out. */
  async effects(ctx: RequestContext, projectId: string, action: string): Promise<ProjectEffect[]> {
    const all: ProjectEffect[] = [];
    for (const facet of this.facets) all.push(...((await facet.effects?.(ctx, projectId, action)) ?? []));
    return all.filter(effect => effect.count > 0);
  }
}
