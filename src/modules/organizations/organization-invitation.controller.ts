import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import {
  Invitation,
  InvitationPage,
  ListInvitations,
  RevokedInvitation,
} from '../invitations/invitation.dto.js';
import { OrganizationInvitations } from './organization-invitations.service.js';
import { InviteToOrganization } from './organization-member.dto.js';
import { ORGANIZATIONS } from './organizations.tag.js';

@Docs.tag(ORGANIZATIONS)
@Controller('organizations/:id/invitations')
export class OrganizationInvitationController {
  constructor(private readonly invitations: OrganizationInvitations) {}

  @Get()
  @Access('session')
  @Docs({
    summary: "An organization's invitations",
    description: 'For its owner and admins.',
    ok: InvitationPage,
    errors: ['not_found', 'permission_denied', 'invalid_cursor'],
  })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListInvitations }) query: ListInvitations,
  ) {
    return this.invitations.list(ctx, id, query);
  }

  @Post()
  @Access('session')
  @Mutation(['organization.member_invited'])
  @Docs({
    summary: 'Invite somebody by e-mail, with or without an account',
    description: 'The mailed link works once, for seven days.',
    created: Invitation,
    errors: [
      'not_found',
      'permission_denied',
      'member_already_active',
      'invitation_pending',
      'invitee_suspended',
      'too_many_mails',
    ],
  })
  invite(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: InviteToOrganization }) body: InviteToOrganization,
  ) {
    return this.invitations.invite(ctx, id, body);
  }

  @Post(':inv/resend')
  @Access('session')
  @Mutation(['organization.invitation_resent'])
  @Docs({
    summary: 'Send an invitation again',
    description: 'Sends a new link, valid for another seven days; the previous one stops working.',
    ok: Invitation,
    errors: ['not_found', 'permission_denied', 'invalid_transition', 'too_many_mails'],
  })
  resend(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('inv') inv: string) {
    return this.invitations.resend(ctx, id, inv);
  }

  @Delete(':inv')
  @Access('session')
  @Mutation(['organization.invitation_revoked'])
  @Docs({
    summary: 'Take an invitation back',
    ok: RevokedInvitation,
    errors: ['not_found', 'permission_denied', 'invalid_transition', 'too_many_mails'],
  })
  revoke(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('inv') inv: string) {
    return this.invitations.revoke(ctx, id, inv);
  }
}
