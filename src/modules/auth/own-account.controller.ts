import { Body, Controller, Delete, Post, Query } from '@nestjs/common';
import { Access, BeforePasswordChange, Public } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { ACCOUNT } from '../users/account.tag.js';
import { EmailChanges } from '../users/email-changes.service.js';
import { EndedSessions, EndSessions } from '../users/session.dto.js';
import { SessionService } from '../users/session.service.js';
import {
  ConfirmEmailChange,
  DeletedMe,
  DeleteMe,
  EmailChangeAccepted,
  RequestEmailChange,
  User,
} from '../users/user.dto.js';
import { UserAdministration } from '../users/user-administration.service.js';
import { PresentPassword } from './present-password.service.js';

/** What people do to their whole account; it takes their password again. */
@Docs.tag(ACCOUNT)
@Controller()
export class OwnAccountController {
  constructor(
    private readonly password: PresentPassword,
    private readonly administration: UserAdministration,
    private readonly emails: EmailChanges,
    private readonly sessions: SessionService,
  ) {}

  @Delete('sessions')
  @Access('session')
  @BeforePasswordChange()
  @Mutation(['session.ended'])
  @Docs({
    name: 'Session_endAll',
    summary: 'Sign out everywhere else',
    description: 'Ends all your sessions but this one; with `?including_current=true`, this one as well.',
    ok: EndedSessions,
  })
  endSessions(@Ctx() ctx: RequestContext, @Query({ schema: EndSessions }) query: EndSessions) {
    return this.sessions.endOwn(ctx, query.including_current === 'true');
  }

  @Post('me/email')
  @Access('session')
  @Mutation(['user.email_change_requested'])
  @Docs({
    name: 'Me_changeEmail',
    summary: 'Ask for another e-mail address',
    description:
      'Mails a link to the new address, good once and for 24 hours, and tells the present one. The answer is the same ' +
      'when the new address belongs to another account, whose owner is mailed then. A further request, and a change of ' +
      'the password, end the former link.',
    accepted: EmailChangeAccepted,
    errors: ['wrong_current_password', 'too_many_attempts', 'too_many_mails', 'server_busy'],
  })
  async changeEmail(
    @Ctx() ctx: RequestContext,
    @Body({ schema: RequestEmailChange }) body: RequestEmailChange,
  ) {
    const { user } = await this.password.check(ctx, body.password);
    return this.emails.request(ctx, user, body.email);
  }

  @Post('me/email/confirm')
  @Public()
  @Mutation(['user.updated'])
  @Docs({
    name: 'Me_confirmEmail',
    summary: 'Confirm your new e-mail address with the mailed token',
    description: 'Ends all your sessions and mailed links, and tells the former address.',
    ok: User,
    errors: ['invalid_token', 'email_taken'],
  })
  confirmEmail(@Ctx() ctx: RequestContext, @Body({ schema: ConfirmEmailChange }) body: ConfirmEmailChange) {
    return this.emails.confirm(ctx, body.token);
  }

  @Delete('me')
  @Access('session')
  @Mutation(['user.deleted'])
  @Docs({
    name: 'Me_delete',
    summary: 'Delete your account',
    description:
      'Confirm it with your e-mail address; without `confirm` the answer is 428 and says what it would affect. Ends your ' +
      'sessions and memberships for good. Whoever owns projects or organizations transfers or deletes them first, and ' +
      'one platform admin must remain. The address is free afterwards.',
    ok: DeletedMe,
    errors: [
      'wrong_current_password',
      'too_many_attempts',
      'server_busy',
      'confirmation_required',
      'last_admin',
      'owner_protected',
      'invalid_transition',
    ],
  })
  async remove(@Ctx() ctx: RequestContext, @Body({ schema: DeleteMe }) body: DeleteMe) {
    await this.password.check(ctx, body.password);
    return this.administration.deleteOwn(ctx, body.confirm);
  }
}
