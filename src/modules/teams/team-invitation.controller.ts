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
import { InviteMember } from './member.dto.js';
import { TEAM } from './team.tag.js';
import { TeamInvitations } from './team-invitations.service.js';

@Docs.tag(TEAM)
@Controller('projects/:id/invitations')
export class TeamInvitationController {
  constructor(private readonly invitations: TeamInvitations) {}

  @Get()
  @Access('members:write')
  @Docs({ summary: "A project's invitations", ok: InvitationPage, errors: ['invalid_cursor'] })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListInvitations }) query: ListInvitations,
  ) {
    return this.invitations.list(ctx, id, query);
  }

  @Post()
  @Access('members:write')
  @Mutation(['member.invited'])
  @Docs({
    summary: 'Invite somebody to the team',
    description: 'By e-mail, with or without an account. The mailed link works once, for seven days.',
    created: Invitation,
    errors: [
      'member_already_active',
      'invitation_pending',
      'invitee_suspended',
      'permission_escalation',
      'too_many_mails',
    ],
  })
  invite(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: InviteMember }) body: InviteMember,
  ) {
    return this.invitations.invite(ctx, id, body);
  }

  @Post(':inv/resend')
  @Access('members:write')
  @Mutation(['invitation.resent'])
  @Docs({
    summary: 'Mail an invitation again',
    description: 'Sends a new link, valid for seven days; the previous one stops working immediately.',
    ok: Invitation,
    errors: ['invalid_transition', 'permission_escalation', 'too_many_mails'],
  })
  resend(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('inv') invitation: string) {
    return this.invitations.resend(ctx, id, invitation);
  }

  @Delete(':inv')
  @Access('members:write')
  @Mutation(['invitation.revoked'])
  @Docs({ summary: 'Take an invitation back', ok: RevokedInvitation, errors: ['invalid_transition'] })
  revoke(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('inv') invitation: string) {
    return this.invitations.revoke(ctx, id, invitation);
  }
}
