import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { decodeCursor, page } from '../../kernel/http/list.js';
import type { OrganizationRole } from './organization-member.entity.js';
import {
  toOrganization,
  toLimits,
  type CreateOrganization,
  type ListOrganizations,
  type Organization,
  type OrganizationPage,
  type Subscription,
  type UpdateSubscription,
} from './organization.dto.js';
import { OrganizationUsage } from './organization-usage.service.js';
import type { OrganizationEntity } from './organization.entity.js';
import { OrganizationRepository } from './organization.repository.js';

/** Organizations, their members' roles and their subscriptions. */
@Injectable()
export class OrganizationService {
  constructor(
    private readonly organizations: OrganizationRepository,
    private readonly config: Config,
    private readonly usage: OrganizationUsage,
  ) {}

  /** Makes the organization every account has from its first moment. */
  createPersonal(ctx: RequestContext, owner: { id: string; name: string }): Promise<Organization> {
    return this.insert(ctx, owner.id, owner.name, true);
  }

  async create(ctx: RequestContext, input: CreateOrganization): Promise<Organization> {
    const organization = await this.insert(ctx, ctx.user.id, input.name, false);
    ctx.audit.change(target(organization), null, { name: organization.name });
    return organization;
  }

  async list(ctx: RequestContext, query: ListOrganizations): Promise<OrganizationPage> {
    const rows = await this.organizations.listOf(ctx, ctx.user.id, query.limit, decodeCursor(query.cursor));
    return page(rows, query.limit, await this.organizations.countOf(ctx, ctx.user.id), toOrganization);
  }

  /** @throws AppError `not_found` for those who are no active member and no platform admin */
  async get(ctx: RequestContext, id: string): Promise<Organization> {
    return toOrganization((await this.visible(ctx, id)).row);
  }

  /** @throws AppError `not_found`, `permission_denied` */
  async rename(ctx: RequestContext, id: string, input: CreateOrganization): Promise<Organization> {
    const { row, role } = await this.visible(ctx, id);
    if (role === 'member') throw new AppError('permission_denied');
    await this.organizations.update(ctx, id, { name: input.name });
    const after = toOrganization({ ...row, name: input.name });
    ctx.audit.change(target(after), { name: row.name }, { name: after.name });
    return after;
  }

  /** @throws AppError `not_found` */
  async subscription(ctx: RequestContext, id: string): Promise<Subscription> {
    const limits = toLimits((await this.visible(ctx, id)).row);
    return { ...limits, current: await this.usage.current(id, limits) };
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
    const { row } = await this.visible(ctx, id);
    if (Object.keys(changes).length) await this.organizations.update(ctx, id, changes);
    const after = toLimits({ ...row, ...changes });
    ctx.audit.change(target(row), toLimits(row), after);
    return { ...after, current: this.usage.known(id) };
  }

  /** A user's role in an organization; null for those who are no active member. */
  async roleOf(
    ctx: RequestContext | null,
    organizationId: string,
    userId: string,
  ): Promise<OrganizationRole | null> {
    const member = await this.organizations.findMember(ctx, organizationId, userId);
    return member?.status === 'active' ? member.role : null;
  }

  /** The id of the organization made with the user's account. */
  async personalOf(ctx: RequestContext, userId: string): Promise<string> {
    const organization = await this.organizations.findPersonal(ctx, userId);
    if (!organization) throw new Error(`user ${userId} has no personal organization`);
    return organization.id;
  }

  private async insert(
    ctx: RequestContext,
    ownerId: string,
    name: string,
    personal: boolean,
  ): Promise<Organization> {
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
    };
    await this.organizations.insert(ctx, organization, {
      id: newId('mbr'),
      organization_id: organization.id,
      user_id: ownerId,
      role: 'owner',
      status: 'active',
      added_at: now,
    });
    return toOrganization(organization);
  }

  private async visible(
    ctx: RequestContext,
    id: string,
  ): Promise<{ row: OrganizationEntity; role: OrganizationRole | 'platform_admin' }> {
    const row = await this.organizations.find(ctx, id);
    if (!row) throw new AppError('not_found');
    if (ctx.isPlatformAdmin) return { row, role: 'platform_admin' };
    const role = await this.roleOf(ctx, id, ctx.user.id);
    if (!role) throw new AppError('not_found');
    return { row, role };
  }
}

function target(organization: { id: string; name: string }) {
  return { type: 'organization', id: organization.id, name: organization.name };
}
