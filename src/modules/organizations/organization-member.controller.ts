import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { Organization } from './organization.dto.js';
import {
  ListOrganizationMembers,
  OrganizationMember,
  OrganizationMemberPage,
  RemovedOrganizationMember,
  TransferOrganization,
  UpdateOrganizationMember,
} from './organization-member.dto.js';
import { OrganizationMembers } from './organization-members.service.js';
import { ORGANIZATIONS } from './organizations.tag.js';

@Docs.tag(ORGANIZATIONS)
@Controller('organizations/:id')
export class OrganizationMemberController {
  constructor(private readonly members: OrganizationMembers) {}

  @Get('members')
  @Access('session')
  @Docs({
    summary: "An organization's members and invited people",
    description: 'For its owner and admins.',
    ok: OrganizationMemberPage,
    errors: ['not_found', 'permission_denied', 'invalid_cursor'],
  })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListOrganizationMembers }) query: ListOrganizationMembers,
  ) {
    return this.members.list(ctx, id, query);
  }

  @Patch('members/:mbr')
  @Access('session')
  @Mutation(['organization.member_updated'])
  @Docs({
    summary: "Change a member's role",
    ok: OrganizationMember,
    errors: ['not_found', 'permission_denied', 'owner_protected'],
  })
  changeRole(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('mbr') mbr: string,
    @Body({ schema: UpdateOrganizationMember }) body: UpdateOrganizationMember,
  ) {
    return this.members.changeRole(ctx, id, mbr, body);
  }

  @Post('members/:mbr/suspend')
  @Access('session')
  @Mutation(['organization.member_suspended'], { dryRun: true })
  @Docs({
    summary: 'Suspend a member',
    description:
      'Until activated again, the person cannot use any project of the organization, and their own keys do not work.',
    ok: OrganizationMember,
    errors: ['not_found', 'permission_denied', 'owner_protected', 'invalid_transition'],
  })
  suspend(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('mbr') mbr: string) {
    return this.members.suspend(ctx, id, mbr);
  }

  @Post('members/:mbr/activate')
  @Access('session')
  @Mutation(['organization.member_activated'])
  @Docs({
    summary: 'Activate a suspended member',
    description:
      'Whom the owner, or a platform admin, suspended is for the owner, or a platform admin, to activate.',
    ok: OrganizationMember,
    errors: [
      'not_found',
      'permission_denied',
      'owner_protected',
      'suspended_by_platform',
      'invalid_transition',
    ],
  })
  activate(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('mbr') mbr: string) {
    return this.members.activate(ctx, id, mbr);
  }

  @Delete('members/:mbr')
  @Access('session')
  @Mutation(['organization.member_removed'], { dryRun: true })
  @Docs({
    summary: 'Remove a member, or leave',
    description:
      "Ends the person's memberships in the organization's projects too, and revokes their own keys there. " +
      'Somebody who owns one of its projects cannot be removed.',
    ok: RemovedOrganizationMember,
    errors: ['not_found', 'permission_denied', 'owner_protected', 'suspended_by_platform'],
  })
  remove(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('mbr') mbr: string) {
    return this.members.remove(ctx, id, mbr);
  }

  @Post('transfer-ownership')
  @Access('session')
  @Mutation(['organization.ownership_transferred'], { givesUpRight: true })
  @Docs({
    summary: 'Make another member the owner',
    description:
      'For the owner and platform admins; without `confirm: true` the answer is 428. The previous owner becomes an ' +
      'admin. Personal organizations cannot be transferred.',
    ok: Organization,
    errors: [
      'not_found',
      'permission_denied',
      'confirmation_required',
      'invalid_transition',
      'limit_reached',
    ],
  })
  transferOwnership(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: TransferOrganization }) body: TransferOrganization,
  ) {
    return this.members.transferOwnership(ctx, id, body);
  }
}
