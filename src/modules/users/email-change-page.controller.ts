import { Body, Catch, Controller, Get, Header, HttpCode, Post, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { formPage, messagePage, PAGE_CSP, type PageForm, SIGN_IN } from '../../kernel/pages/form-page.js';
import { PageErrorFilter } from '../../kernel/pages/page-error.filter.js';
import { OutsideV1 } from '../../kernel/routes/outside-v1.decorator.js';
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
@ApiExcludeController()
@OutsideV1()
@Controller('email-change')
@UseFilters(EmailChangeErrors)
export class EmailChangePageController {
  constructor(private readonly changes: EmailChanges) {}

  @Get()
  @Public()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', PAGE_CSP)
  show() {
    return formPage(FORM);
  }

  @Post()
  @HttpCode(200)
  @Public()
  @Mutation(['user.updated'], { idempotent: false })
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', PAGE_CSP)
  async confirm(@Ctx() ctx: RequestContext, @Body({ schema: ConfirmEmailChange }) body: ConfirmEmailChange) {
    const { email } = await this.changes.confirm(ctx, body.token);
    return messagePage('Your e-mail address is changed', `Sign in with ${email} from now on.`, SIGN_IN);
  }
}
