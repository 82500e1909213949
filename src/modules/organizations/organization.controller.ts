import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { Access, PlatformAdmin } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import {
  CreateOrganization,
  DeletedOrganization,
  DeleteOrganization,
  ListOrganizations,
  Organization,
  OrganizationPage,
  Subscription,
  UpdateSubscription,
} from './organization.dto.js';
import { OrganizationService } from './organization.service.js';
import { OrganizationDeletion } from './organization-deletion.service.js';
import { ORGANIZATIONS } from './organizations.tag.js';

@Docs.tag(ORGANIZATIONS)
@Controller('organizations')
export class OrganizationController {
  constructor(
    private readonly organizations: OrganizationService,
    private readonly deletion: OrganizationDeletion,
  ) {}

  @Get()
  @Access('session')
  @Docs({
    summary: 'The organizations you are a member of',
    ok: OrganizationPage,
    errors: ['invalid_cursor'],
  })
  list(@Ctx() ctx: RequestContext, @Query({ schema: ListOrganizations }) query: ListOrganizations) {
    return this.organizations.list(ctx, query);
  }

  @Post()
  @Access('session')
  @Mutation(['organization.created'])
  @Docs({
    summary: 'Create an organization',
    description: 'Somebody may own `MAX_ORGANIZATIONS` of them beside the personal one.',
    created: Organization,
    errors: ['limit_reached'],
  })
  create(@Ctx() ctx: RequestContext, @Body({ schema: CreateOrganization }) body: CreateOrganization) {
    return this.organizations.create(ctx, body);
  }

  @Get(':id')
  @Access('session')
  @Docs({ summary: 'One organization', ok: Organization, errors: ['not_found'] })
  get(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return this.organizations.get(ctx, id);
  }

  @Patch(':id')
  @Access('session')
  @Mutation(['organization.updated'])
  @Docs({
    summary: 'Rename an organization',
    description: 'For its owner and admins.',
    ok: Organization,
    errors: ['not_found', 'permission_denied'],
  })
  rename(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: CreateOrganization }) body: CreateOrganization,
  ) {
    return this.organizations.rename(ctx, id, body);
  }

  @Delete(':id')
  @Access('session')
  @Mutation(['organization.deleted'])
  @Docs({
    summary: 'Delete an organization',
    description:
      'For its owner and platform admins, once it has no project that is not deleted. Without its exact name as ' +
      '`confirm` the answer is 428. Its memberships and invitations end. Personal organizations stay.',
    ok: DeletedOrganization,
    errors: [
      'not_found',
      'permission_denied',
      'organization_not_empty',
      'invalid_transition',
      'confirmation_required',
    ],
  })
  delete(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: DeleteOrganization }) body: DeleteOrganization,
  ) {
    return this.deletion.delete(ctx, id, body);
  }

  @Get(':id/subscription')
  @Access('session')
  @Docs({ summary: "An organization's quota", ok: Subscription, errors: ['not_found'] })
  subscription(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return this.organizations.subscription(ctx, id);
  }

  @Patch(':id/subscription')
  @PlatformAdmin()
  @Mutation(['organization.updated'])
  @Docs({ summary: "Change an organization's quota", ok: Subscription, errors: ['not_found'] })
  changeSubscription(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: UpdateSubscription }) body: UpdateSubscription,
  ) {
    return this.organizations.changeSubscription(ctx, id, body);
  }
}
