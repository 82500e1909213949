import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import type { NewAccount } from '../../kernel/facets/cascades.js';
import { Figures } from '../../kernel/facets/figures.js';
import { decodeCursor, paginate } from '../../kernel/http/pagination.js';
import {
  type CreateOrganization,
  type ListOrganizations,
  type Organization,
  type OrganizationPage,
  type Subscription,
  toLimits,
  toOrganization,
  type UpdateSubscription,
} from './organization.dto.js';
import type { OrganizationEntity } from './organization.entity.js';
import { OrganizationRepository } from './organization.repository.js';
import { OrganizationLimit } from './organization-limit.service.js';
import type { OrganizationMemberEntity, OrganizationRole } from './organization-member.entity.js';
import { OrganizationMemberRepository } from './organization-member.repository.js';
import { OrganizationUsage } from './organization-usage.service.js';

/** An organization the caller may see, and what the caller is in it. */
export interface AccessibleOrganization {
  readonly row: OrganizationEntity;
  readonly role: OrganizationRole | 'platform_admin';
}

/** Organizations, their members' roles and their subscriptions. */
@Injectable()
export class OrganizationService {
  constructor(
    private readonly organizations: OrganizationRepository,
    private readonly members: OrganizationMemberRepository,
    private readonly figures: Figures,
    private readonly config: Config,
    private readonly usage: OrganizationUsage,
    private readonly limit: OrganizationLimit,
  ) {}

  /** Makes the organization every account has from its first moment. */
  async createPersonal(ctx: RequestContext, owner: NewAccount): Promise<void> {
    const organization = await this.insert(ctx, owner.id, owner.name, true);
    ctx.audit.effect('organization.created', organizationTarget(organization));
  }

  /** @throws AppError `limit_reached` */
  async create(ctx: RequestContext, input: CreateOrganization): Promise<Organization> {
    await this.limit.admit(ctx, ctx.user.id);
    const row = await this.insert(ctx, ctx.user.id, input.name, false);
    ctx.audit.inOrganization(row.id).change(organizationTarget(row), null, { name: row.name });
    return toOrganization(row, 'owner');
  }

  async list(ctx: RequestContext, query: ListOrganizations): Promise<OrganizationPage> {
    const rows = await this.organizations.listOf(ctx, ctx.user.id, query.limit, decodeCursor(query.cursor));
    const ids = rows.map(row => row.id);
    const figures = await this.figures.ofOrganizations(ctx, ids);
    const places = await this.members.findUserIn(ctx, ids, ctx.user.id);
    const roles = new Map(places.map(place => [place.organization_id, place.role]));
    const toItem = (row: OrganizationEntity) =>
      toOrganization(row, roles.get(row.id) ?? null, figures.get(row.id));
    return paginate(rows, query.limit, await this.organizations.countOf(ctx, ctx.user.id), toItem);
  }

  /** @throws AppError `not_found` for those who are no active member and no platform admin */
  async get(ctx: RequestContext, id: string): Promise<Organization> {
    const { row, role } = await this.accessible(ctx, id);
    return this.item(ctx, row, role);
  }

  /** @throws AppError `not_found`, `permission_denied` */
  async rename(ctx: RequestContext, id: string, input: CreateOrganization): Promise<Organization> {
    const { role } = await this.administered(ctx, id);
    const row = await this.locked(ctx, id);
    await this.organizations.update(ctx, id, { name: input.name });
    const after = { ...row, name: input.name };
    ctx.audit.change(organizationTarget(after), { name: row.name }, { name: after.name });
    return this.item(ctx, after, role);
  }

  /** @throws AppError `not_found` */
  async subscription(ctx: RequestContext, id: string): Promise<Subscription> {
    const limits = toLimits((await this.accessible(ctx, id)).row);
    return { ...limits, current: await this.usage.current(id, limits) };
  }

  /** How much of its requests per day an organization has used today (UTC), in per cent. */
  async quotaUsed(ctx: RequestContext, id: string): Promise<number | null> {
    const row = await this.organizations.find(ctx, id);
    if (!row) return null;
    const limits = toLimits(row);
    return ((await this.usage.current(id, limits)).day / limits.requests_per_day) * 100;
  }

  /**
   * Changes a subscription; for platform admins.
   * @throws AppError `not_found`
   */
  async changeSubscription(
    ctx: RequestContext,
    id: string,
    changes: UpdateSubscription,
  ): Promise<Subscription> {
    const row = await this.locked(ctx, id);
    if (Object.keys(changes).length) await this.organizations.update(ctx, id, changes);
    const after = toLimits({ ...row, ...changes });
    ctx.audit.change(organizationTarget(row), toLimits(row), after);
    return { ...after, current: this.usage.known(id) };
  }

  /**
   * Keeps an organization from being deleted until the caller's unit of work ends, for a project that is to be its.
   * False when it is deleted.
   */
  async hold(ctx: RequestContext, id: string): Promise<boolean> {
    return (await this.organizations.lock(ctx, id)) !== null;
  }

  /** A user's role in an organization; null for those who are no active member. */
  async roleOf(
    ctx: RequestContext,
    organizationId: string,
    userId: string,
  ): Promise<OrganizationRole | null> {
    const member = await this.members.findUser(ctx, organizationId, userId);
    return member?.status === 'active' ? member.role : null;
  }

  /** What an organization may spend; null when there is none. */
  async limits(ctx: RequestContext, id: string): Promise<ReturnType<typeof toLimits> | null> {
    const row = await this.organizations.find(ctx, id);
    return row && toLimits(row);
  }

  /** The users that an organization gives access to all its projects, and those that it stops in them. */
  async powers(ctx: RequestContext, id: string): Promise<{ admins: string[]; stopped: string[] }> {
    const members = await this.members.listPowerful(ctx, id);
    const idsOf = (rows: OrganizationMemberEntity[]) => rows.map(row => row.user_id);
    return {
      admins: idsOf(members.filter(({ status }) => status === 'active')),
      stopped: idsOf(members.filter(({ status }) => status === 'suspended')),
    };
  }

  /** A user's place in an organization, suspended or not; null for those who have none. */
  async standing(
    ctx: RequestContext,
    organizationId: string,
    userId: string,
  ): Promise<Pick<OrganizationMemberEntity, 'role' | 'status'> | null> {
    return this.members.findUser(ctx, organizationId, userId);
  }

  /**
   * The organization, and what the caller is in it.
   * @throws AppError `not_found` for those who are no active member and no platform admin
   */
  async accessible(ctx: RequestContext, id: string): Promise<AccessibleOrganization> {
    const row = await this.organizations.find(ctx, id);
    if (!row) throw new AppError('not_found');
    if (ctx.unit) ctx.audit.inOrganization(id);
    if (ctx.isPlatformAdmin) return { row, role: 'platform_admin' };
    const role = await this.roleOf(ctx, id, ctx.user.id);
    if (!role) throw new AppError('not_found');
    return { row, role };
  }

  /** The same, for its owner and admins only. @throws AppError `not_found`, `permission_denied` */
  async administered(ctx: RequestContext, id: string): Promise<AccessibleOrganization> {
    const found = await this.accessible(ctx, id);
    if (found.role === 'member') throw new AppError('permission_denied');
    return found;
  }

  /** The id of the organization made with the user's account. */
  async personalOf(ctx: RequestContext, userId: string): Promise<string> {
    const organization = await this.organizations.findPersonal(ctx, userId);
    if (!organization) throw new Error(`user ${userId} has no personal organization`);
    return organization.id;
  }

  /** The row that others leave alone from here on, so that the entry's "before" is what is overwritten. */
  private async locked(ctx: RequestContext, id: string): Promise<OrganizationEntity> {
    const row = await this.organizations.lock(ctx, id);
    if (!row) throw new AppError('not_found');
    return row;
  }

  private async insert(
    ctx: RequestContext,
    ownerId: string,
    name: string,
    personal: boolean,
  ): Promise<OrganizationEntity> {
    const now = new Date();
    const organization: OrganizationEntity = {
      id: newId('org'),
      name,
      owner_id: ownerId,
      personal,
      plan: 'standard',
      requests_per_minute: this.config.requestsPerMinute,
      requests_per_day: this.config.requestsPerDay,
      created_at: now,
      deleted_at: null,
    };
    await this.organizations.insert(ctx, organization, {
      id: newId('mbr'),
      organization_id: organization.id,
      user_id: ownerId,
      role: 'owner',
      status: 'active',
      suspended_by: null,
      added_at: now,
    });
    return organization;
  }

  private async item(
    ctx: RequestContext,
    row: OrganizationEntity,
    role: AccessibleOrganization['role'],
  ): Promise<Organization> {
    const own = role === 'platform_admin' ? await this.roleOf(ctx, row.id, ctx.user.id) : role;
    return toOrganization(row, own, (await this.figures.ofOrganizations(ctx, [row.id])).get(row.id));
  }
}

// No role of a project admits to organizations themselves, so no rule hides anything of them.
const target = defineTarget('organization', { name: [] });

/** How an organization stands in the event log. */
export function organizationTarget(organization: { id: string; name: string }) {
  return target(organization.id, organization.name);
}
