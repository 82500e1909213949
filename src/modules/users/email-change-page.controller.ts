import { Body, Catch } from '@nestjs/common';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { formPage, messagePage, type PageForm, SIGN_IN } from '../../kernel/pages/form-page.js';
import { PageController, ShowPage, SubmitPage } from '../../kernel/pages/page.decorator.js';
import { PageErrorFilter } from '../../kernel/pages/page-error.filter.js';
import { EmailChanges } from './email-changes.service.js';
import { ConfirmEmailChange } from './user.dto.js';

const FORM: PageForm = {
  title: 'Confirm your new e-mail address',
  text: 'You will be signed out everywhere, and sign in with this address from then on.',
  action: 'email-change',
  button: 'Confirm',
};

@Catch()
class EmailChangeErrors extends PageErrorFilter {
  protected override readonly remedy = {
    text: 'Sign in and ask for the change again.',
    link: SIGN_IN,
  };
}

/** The page behind the link of a mail to a new address. Opening it consumes nothing; its form does. */
@PageController('email-change', EmailChangeErrors)
export class EmailChangePageController {
  constructor(private readonly changes: EmailChanges) {}

  @ShowPage()
  show() {
    return formPage(FORM);
  }

  @SubmitPage(['user.updated'])
  async confirm(@Ctx() ctx: RequestContext, @Body({ schema: ConfirmEmailChange }) body: ConfirmEmailChange) {
    const { email } = await this.changes.confirm(ctx, body.token);
    return messagePage('Your e-mail address is changed', `Sign in with ${email} from now on.`, SIGN_IN);
  }
}
