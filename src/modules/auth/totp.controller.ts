import { Body, Controller, Delete, Header, Post } from '@nestjs/common';
import { Access, BeforeTotpSetup, Public } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { ACCOUNT } from '../users/account.tag.js';
import { SignInWithTotp, TotpCode, TotpEnabled, TotpSetup } from '../users/totp.dto.js';
import { SignedIn } from './auth.dto.js';
import { OwnTotp } from './own-totp.service.js';
import { SignInService } from './sign-in.service.js';

@Docs.tag(ACCOUNT)
@Controller()
export class TotpController {
  constructor(
    private readonly own: OwnTotp,
    private readonly signIns: SignInService,
  ) {}

  @Post('sessions/totp')
  @Public()
  @Mutation(['user.signed_in', 'user.sign_in_failed'])
  @Header('Cache-Control', 'no-store')
  @Docs({
    place: 2,
    summary: 'Sign in with a code',
    description:
      'The second step where `POST /v1/sessions` answers 401 `totp_required`: its ticket, and six digits from the app or a ' +
      'recovery code. Every code is good once. A ticket is good for five minutes and five tries.',
    created: SignedIn,
    errors: ['invalid_credentials', 'invalid_ticket', 'too_many_attempts', 'server_busy'],
  })
  signIn(@Ctx() ctx: RequestContext, @Body({ schema: SignInWithTotp }) body: SignInWithTotp) {
    return this.signIns.signInWithTotp(ctx, body);
  }

  @Post('me/totp')
  @Access('session')
  @BeforeTotpSetup()
  @Mutation(['user.totp_prepared'], { secrets: ['secret', 'otpauth_url', 'recovery_codes'] })
  @Header('Cache-Control', 'no-store')
  @Docs({
    summary: 'Begin to set up two-factor sign-in',
    description:
      'Shows the secret for an authenticator app (TOTP, RFC 6238: SHA-1, six digits, 30 seconds) and ten recovery codes, ' +
      'once. Nothing changes until you confirm with a code; asked again before, the former ones end.',
    created: TotpSetup,
    errors: ['invalid_transition'],
  })
  prepare(@Ctx() ctx: RequestContext) {
    return this.own.prepare(ctx);
  }

  @Post('me/totp/confirm')
  @Access('session')
  @BeforeTotpSetup()
  @Mutation(['user.totp_enabled'])
  @Docs({
    summary: 'Turn two-factor sign-in on with a code from the app',
    description: 'From then on, signing in takes a code. Ends all your other sessions.',
    ok: TotpEnabled,
    errors: ['wrong_totp_code', 'invalid_transition', 'too_many_attempts', 'server_busy'],
  })
  confirm(@Ctx() ctx: RequestContext, @Body({ schema: TotpCode }) body: TotpCode) {
    return this.own.enable(ctx, body.code);
  }

  @Delete('me/totp')
  @Access('session')
  @Mutation(['user.totp_disabled'])
  @Docs({
    summary: 'Turn two-factor sign-in off',
    description: 'With a code from the app, or a recovery code. Deletes the secret and the recovery codes.',
    ok: TotpEnabled,
    errors: ['wrong_totp_code', 'invalid_transition', 'too_many_attempts', 'server_busy'],
  })
  remove(@Ctx() ctx: RequestContext, @Body({ schema: TotpCode }) body: TotpCode) {
    return this.own.disable(ctx, body.code);
  }
}
