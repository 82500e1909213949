import { Body, Controller, Post } from '@nestjs/common';
import { Public } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { ACCOUNT } from './account.tag.js';
import { PasswordChanges } from './password-changes.service.js';
import {
  ConfirmPasswordReset,
  PasswordChanged,
  PasswordResetAccepted,
  RequestPasswordReset,
} from './password-reset.dto.js';

@Docs.tag(ACCOUNT)
@Controller('password-resets')
export class PasswordResetController {
  constructor(private readonly passwords: PasswordChanges) {}

  @Post()
  @Public()
  @Mutation(['user.password_reset_requested'])
  @Docs({
    summary: 'Ask for a link to set a new password',
    description:
      'The answer and its timing are the same whether there is an account or not. The link works once, for one ' +
      'hour. For an account that was never activated, the mail also contains a new activation link, valid for seven ' +
      'days; the previous one stops working. After five requests in an hour for one address, further ones have no effect.',
    accepted: PasswordResetAccepted,
    errors: ['too_many_mails'],
  })
  request(@Ctx() ctx: RequestContext, @Body({ schema: RequestPasswordReset }) body: RequestPasswordReset) {
    return this.passwords.requestReset(ctx, body.email);
  }

  @Post('confirm')
  @Public()
  @Mutation(['user.password_changed'])
  @Docs({
    summary: 'Set a new password with the mailed token',
    description: 'Ends all sessions. An account that was not yet activated becomes active.',
    ok: PasswordChanged,
    errors: ['invalid_token'],
  })
  confirm(@Ctx() ctx: RequestContext, @Body({ schema: ConfirmPasswordReset }) body: ConfirmPasswordReset) {
    return this.passwords.confirmReset(ctx, body.token, body.new_password);
  }
}
