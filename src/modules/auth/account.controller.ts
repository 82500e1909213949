import { Body, Controller, Delete, Get, Header, Param, Post, Query } from '@nestjs/common';
import { Access, BeforePasswordChange, Public } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { ACCOUNT } from '../users/account.tag.js';
import { PasswordChanged } from '../users/password-reset.dto.js';
import { ListSessions, SessionPage } from '../users/session.dto.js';
import { SessionService } from '../users/session.service.js';
import { Activate, CreatedUser, Register, User } from '../users/user.dto.js';
import { ChangePassword, EndedSession, SignedIn, SignIn } from './auth.dto.js';
import { RegistrationService } from './registration.service.js';
import { SignInService } from './sign-in.service.js';

@Docs.tag(ACCOUNT)
@Controller()
export class AccountController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly signIns: SignInService,
    private readonly sessions: SessionService,
  ) {}

  @Post('users')
  @Access('optional')
  @Mutation(['user.created', 'user.registration_repeated'], { secrets: ['temporary_password'] })
  @Header('Cache-Control', 'no-store')
  @Docs({
    name: 'User_register',
    place: 3,
    summary: 'Register, or create an account for somebody',
    description:
      'Creates the account and its personal organization, and mails an activation link. An address that already has an ' +
      'account gets the same answer, and its owner a mail: nobody learns who has one. Who may register is set by ' +
      '`REGISTRATION` and `REGISTRATION_DOMAINS`. An account that a platform admin creates is active immediately; ' +
      'without `password` it gets a temporary one, which is shown only once and must be changed at the first sign-in. ' +
      'Only admins are told that an address is taken.',
    created: CreatedUser,
    errors: ['email_taken', 'registration_closed', 'too_many_mails'],
  })
  register(@Ctx() ctx: RequestContext, @Body({ schema: Register }) body: Register) {
    return this.registration.register(ctx, body);
  }

  @Post('users/activate')
  @Public()
  @Mutation(['user.activated'])
  @Docs({
    name: 'User_activate',
    place: 4,
    summary: 'Activate an account with the mailed token',
    description:
      'And with the password it was registered with, so that nobody activates an account that a stranger registered ' +
      'for their address. After a wrong one the token is good still; a password reset by mail activates, too.',
    ok: User,
    errors: ['invalid_token', 'too_many_attempts', 'server_busy'],
    forbidden: ['invalid_credentials'],
  })
  activate(@Ctx() ctx: RequestContext, @Body({ schema: Activate }) body: Activate) {
    return this.registration.activate(ctx, body);
  }

  @Post('sessions')
  @Public()
  @Mutation(['user.signed_in', 'user.sign_in_failed'])
  @Header('Cache-Control', 'no-store')
  @Docs({
    place: 1,
    summary: 'Sign in',
    description:
      'This page uses the token automatically from then on. Elsewhere, send it as `Authorization: Bearer`.',
    created: SignedIn,
    errors: [
      'invalid_credentials',
      'totp_required',
      'account_not_activated',
      'account_suspended',
      'password_login_off',
      'too_many_attempts',
      'server_busy',
    ],
  })
  signIn(@Ctx() ctx: RequestContext, @Body({ schema: SignIn }) body: SignIn) {
    return this.signIns.signIn(ctx, body);
  }

  @Get('sessions')
  @Access('session')
  @BeforePasswordChange()
  @Docs({ name: 'Session_list', summary: 'Your sessions', ok: SessionPage, errors: ['invalid_cursor'] })
  list(@Ctx() ctx: RequestContext, @Query({ schema: ListSessions }) query: ListSessions) {
    return this.sessions.list(ctx, query);
  }

  @Delete('sessions/current')
  @Access('session')
  @BeforePasswordChange()
  @Mutation(['session.ended'])
  @Docs({ name: 'Session_endCurrent', summary: 'Sign out', ok: EndedSession })
  signOut(@Ctx() ctx: RequestContext) {
    return this.sessions.end(ctx, ctx.user.sessionId);
  }

  @Delete('sessions/:id')
  @Access('session')
  @BeforePasswordChange()
  @Mutation(['session.ended'])
  @Docs({ name: 'Session_end', summary: 'End one of your sessions', ok: EndedSession, errors: ['not_found'] })
  end(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return this.sessions.end(ctx, id);
  }

  @Post('me/password')
  @Access('session')
  @BeforePasswordChange()
  @Mutation(['user.password_changed'])
  @Docs({
    name: 'Me_changePassword',
    summary: 'Change your password',
    description: 'Ends all your other sessions.',
    ok: PasswordChanged,
    errors: ['wrong_current_password', 'too_many_attempts', 'server_busy'],
  })
  changePassword(@Ctx() ctx: RequestContext, @Body({ schema: ChangePassword }) body: ChangePassword) {
    return this.signIns.changePassword(ctx, body.current_password, body.new_password);
  }
}
