import { Body, Catch } from '@nestjs/common';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { formPage, messagePage, type PageForm, SIGN_IN } from '../../kernel/pages/form-page.js';
import { PageController, ShowPage, SubmitPage } from '../../kernel/pages/page.decorator.js';
import { FormErrorFilter, NEW_LINK } from '../../kernel/pages/page-error.filter.js';
import { PasswordChanges } from './password-changes.service.js';
import { ConfirmPasswordReset } from './password-reset.dto.js';

const FORM: PageForm = {
  title: 'Set a new password',
  text: 'You will be signed out everywhere.',
  action: 'password-reset',
  button: 'Set the password',
  fields: [
    {
      name: 'new_password',
      label: 'New password, 12 to 128 characters',
      type: 'password',
      autocomplete: 'new-password',
      minLength: 12,
      maxLength: 128,
    },
  ],
};

@Catch()
class PasswordResetErrors extends FormErrorFilter {
  protected override readonly remedy = NEW_LINK;

  protected override form(): PageForm {
    return FORM;
  }
}

/** The page behind the link of a reset mail. Opening it consumes nothing; its form does. */
@PageController('password-reset', PasswordResetErrors)
export class PasswordResetPageController {
  constructor(private readonly passwords: PasswordChanges) {}

  @ShowPage()
  show() {
    return formPage(FORM);
  }

  @SubmitPage(['user.password_changed'])
  async confirm(
    @Ctx() ctx: RequestContext,
    @Body({ schema: ConfirmPasswordReset }) body: ConfirmPasswordReset,
  ) {
    await this.passwords.confirmReset(ctx, body.token, body.new_password);
    return messagePage('Your password is set', 'You can sign in with it now.', SIGN_IN);
  }
}
