import { Body, Catch } from '@nestjs/common';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AppError } from '../../kernel/errors/app-error.js';
import { formPage, messagePage, type PageForm } from '../../kernel/pages/form-page.js';
import { PageController, ShowPage, SubmitPage } from '../../kernel/pages/page.decorator.js';
import { PageErrorFilter } from '../../kernel/pages/page-error.filter.js';
import { PasswordChanges } from './password-changes.service.js';
import { RequestPasswordReset } from './password-reset.dto.js';

const FORM: PageForm = {
  title: 'Ask for a new link',
  text:
    'Type the e-mail address of your account. You get a link to set a new password, and to activate the account if it ' +
    'is not active yet.',
  action: 'new-link',
  button: 'Send it',
  withoutToken: true,
  fields: [
    {
      name: 'email',
      label: 'E-mail address',
      type: 'email',
      autocomplete: 'email',
      minLength: 3,
      maxLength: 254,
    },
  ],
};

/** Shows the form again with what was wrong in it. */
@Catch()
class NewLinkErrors extends PageErrorFilter {
  protected override page(error: AppError, request: Parameters<PageErrorFilter['page']>[1]): string {
    if (error.code !== 'validation_failed') return super.page(error, request);
    return formPage(FORM, { problem: 'This is not a complete e-mail address.' });
  }
}

/** The page on which somebody asks for another mail whose link has been used or is too old. */
@PageController('new-link', NewLinkErrors)
export class NewLinkPageController {
  constructor(private readonly passwords: PasswordChanges) {}

  @ShowPage()
  show() {
    return formPage(FORM);
  }

  @SubmitPage(['user.password_reset_requested'])
  async request(
    @Ctx() ctx: RequestContext,
    @Body({ schema: RequestPasswordReset }) body: RequestPasswordReset,
  ) {
    await this.passwords.requestReset(ctx, body.email);
    return messagePage(
      'Look into your mailbox',
      'If there is an account with this address, a mail is on its way.',
    );
  }
}
