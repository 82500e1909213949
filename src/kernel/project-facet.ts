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
  /** Keys and members who may see it without the permission that it takes otherwise. */
  readonly owners?: readonly (string | null)[];
}

/** Figures of an organization that its card shows. */
export type OrganizationFigure = 'project_count' | 'api_key_count' | 'customer_count';

/** What a platform admin can do to an account. */
export type UserAction = 'suspend' | 'activate' | 'delete' | 'reset-password';

/** One line of what an action would affect, shown before it is confirmed. */
export interface ProjectEffect {
  readonly effect: string;
  readonly count: number;
}

/** A user, everywhere or within one organization. */
export interface Ownership {
  readonly userId: string;
  readonly organizationId?: string;
}

/** A role that is being deleted, and the one its holders get. */
export interface GoneRole {
  readonly projectId: string;
  readonly roleId: string;
  readonly replacementId: string;
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
  /** Figures for many organizations at once. */
  organizationFigures?(
    ctx: RequestContext,
    organizationIds: string[],
  ): Promise<Map<string, Partial<Record<OrganizationFigure, number>>>>;
  /** What `action` on a user's account would stop or reach. */
  userEffects?(ctx: RequestContext, userId: string, action: UserAction): Promise<ProjectEffect[]>;
  /** What somebody must own, and this user owns: it must get another owner before the user can go. */
  ownedBy?(ctx: RequestContext, owner: Ownership): Promise<ProjectEffect[]>;
  /** What to do, in the caller's unit of work, when a user is deleted. */
  userGone?(ctx: RequestContext, userId: string): Promise<void>;
  /** What to do, in the caller's unit of work, when a user is no member of an organization any more. */
  organizationMemberGone?(ctx: RequestContext, gone: Required<Ownership>): Promise<void>;
  /**
   * What to do, in the caller's unit of work, when a role is deleted: its holders get `replacementId`. Adds
   * what became of them to the effects of the unit's entry, and answers how many there were.
   */
  roleGone?(ctx: RequestContext, gone: GoneRole): Promise<number>;
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
  figures(
    ctx: RequestContext,
    projectIds: string[],
  ): Promise<Map<string, Partial<Record<ProjectFigure, number>>>> {
    return this.merged(projectIds, facet => facet.figures?.(ctx, projectIds));
  }

  /** Every module's figures, merged by organization. */
  organizationFigures(
    ctx: RequestContext,
    organizationIds: string[],
  ): Promise<Map<string, Partial<Record<OrganizationFigure, number>>>> {
    return this.merged(organizationIds, facet => facet.organizationFigures?.(ctx, organizationIds));
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

  /** Lets every module follow the deletion of a user. */
  async userGone(ctx: RequestContext, userId: string): Promise<void> {
    for (const facet of this.facets) await facet.userGone?.(ctx, userId);
  }

  /** Lets every module follow somebody's leaving of an organization. */
  async organizationMemberGone(ctx: RequestContext, gone: Required<Ownership>): Promise<void> {
    for (const facet of this.facets) await facet.organizationMemberGone?.(ctx, gone);
  }

  /** Lets every module follow the deletion of a role; answers how many held it. */
  async roleGone(ctx: RequestContext, gone: GoneRole): Promise<number> {
    let holders = 0;
    for (const facet of this.facets) holders += (await facet.roleGone?.(ctx, gone)) ?? 0;
    return holders;
  }

  /** Everything `action` would affect, in the order the modules registered; what counts zero is left out. */
  effects(ctx: RequestContext, projectId: string, action: string): Promise<ProjectEffect[]> {
    return this.collected(facet => facet.effects?.(ctx, projectId, action));
  }

  /** Everything `action` on a user's account would affect; what counts zero is left out. */
  userEffects(ctx: RequestContext, userId: string, action: UserAction): Promise<ProjectEffect[]> {
    return this.collected(facet => facet.userEffects?.(ctx, userId, action));
  }

  /** Everything that must get another owner before the user can go. */
  ownedBy(ctx: RequestContext, owner: Ownership): Promise<ProjectEffect[]> {
    return this.collected(facet => facet.ownedBy?.(ctx, owner));
  }

  private async collected(
    ask: (facet: ProjectFacet) => Promise<ProjectEffect[]> | undefined,
  ): Promise<ProjectEffect[]> {
    const all: ProjectEffect[] = [];
    for (const facet of this.facets) all.push(...((await ask(facet)) ?? []));
    return all.filter(effect => effect.count > 0);
  }

  private async merged<F extends object>(
    ids: string[],
    ask: (facet: ProjectFacet) => Promise<Map<string, F>> | undefined,
  ): Promise<Map<string, F>> {
    const all = new Map(ids.map(id => [id, {} as F]));
    if (ids.length === 0) return all;
    for (const facet of this.facets) {
      for (const [id, values] of (await ask(facet)) ?? []) Object.assign(all.get(id) ?? {}, values);
    }
    return all;
  }
}
