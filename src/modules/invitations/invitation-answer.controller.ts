import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { Access, Public } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { listQuery } from '../../kernel/http/pagination.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import {
  AcceptedInvitation,
  AcceptInvitation,
  DeclineInvitation,
  Invitation,
  InvitationPage,
} from './invitation.dto.js';
import { InvitationService } from './invitation.service.js';
import { InvitationAnswers } from './invitation-answers.service.js';

const TAG: Tag = {
  name: 'Invitations',
  description: 'Invitations you have received.',
  place: 70,
};

const ListMine = z.strictObject(listQuery());
type ListMine = z.output<typeof ListMine>;

/** How the invited answer, to projects and organizations alike. */
@Docs.tag(TAG)
@Controller()
export class InvitationAnswerController {
  constructor(
    private readonly answers: InvitationAnswers,
    private readonly invitations: InvitationService,
  ) {}

  @Get('me/invitations')
  @Access('session')
  @Docs({
    name: 'Invitation_list',
    summary: 'Invitations waiting for your answer',
    description: 'Lists those sent to the e-mail address of your account.',
    ok: InvitationPage,
    errors: ['invalid_cursor'],
  })
  mine(@Ctx() ctx: RequestContext, @Query({ schema: ListMine }) query: ListMine) {
    return this.invitations.listFor(ctx, ctx.user.email, query);
  }

  @Post('me/invitations/:inv/accept')
  @Access('session')
  @Mutation(['member.joined', 'organization.member_joined'])
  @Docs({
    name: 'Invitation_accept',
    summary: 'Accept an invitation',
    ok: AcceptedInvitation,
    errors: ['not_found', 'member_already_active', 'invitee_suspended'],
  })
  accept(@Ctx() ctx: RequestContext, @Param('inv') id: string) {
    return this.answers.acceptAsUser(ctx, id);
  }

  @Post('me/invitations/:inv/decline')
  @Access('session')
  @Mutation(['invitation.declined', 'organization.invitation_declined'])
  @Docs({
    name: 'Invitation_decline',
    summary: 'Decline an invitation',
    ok: Invitation,
    errors: ['not_found'],
  })
  decline(@Ctx() ctx: RequestContext, @Param('inv') id: string) {
    return this.answers.declineAsUser(ctx, id);
  }

  @Post('invitations/accept')
  @Public()
  @Mutation(['member.joined', 'organization.member_joined'])
  @Docs({
    name: 'Invitation_acceptByToken',
    summary: 'Accept an invitation with the mailed token',
    description:
      'The token proves the address. If there is no account yet, this creates one: send `password`, and also ' +
      '`first_name` and `name` unless the invitation has them.',
    ok: AcceptedInvitation,
    errors: ['invalid_token', 'member_already_active', 'invitee_suspended', 'account_suspended'],
  })
  acceptByToken(@Ctx() ctx: RequestContext, @Body({ schema: AcceptInvitation }) body: AcceptInvitation) {
    return this.answers.acceptByToken(ctx, body);
  }

  @Post('invitations/decline')
  @Public()
  @Mutation(['invitation.declined', 'organization.invitation_declined'])
  @Docs({
    name: 'Invitation_declineByToken',
    summary: 'Decline an invitation with the mailed token',
    ok: Invitation,
    errors: ['invalid_token'],
  })
  declineByToken(@Ctx() ctx: RequestContext, @Body({ schema: DeclineInvitation }) body: DeclineInvitation) {
    return this.answers.declineByToken(ctx, body.token);
  }
}
