import { Body, Catch } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AppError } from '../../kernel/errors/app-error.js';
import { formPage, messagePage, type PageForm, SIGN_IN } from '../../kernel/pages/form-page.js';
import { PageController, ShowPage, SubmitPage } from '../../kernel/pages/page.decorator.js';
import { NEW_LINK, PageErrorFilter } from '../../kernel/pages/page-error.filter.js';
import { Activate } from '../users/user.dto.js';
import { RegistrationService } from './registration.service.js';

const FORM: PageForm = {
  title: 'Activate your account',
  text:
    'Type the password you registered with. If you did not register, leave this page: to use the account yourself, ' +
    'ask for a password reset instead.',
  action: 'activate',
  button: 'Activate',
  fields: [
    {
      name: 'password',
      label: 'Password',
      type: 'password',
      autocomplete: 'current-password',
      minLength: 1,
      maxLength: 1_000,
    },
  ],
};

/** Shows the form again after a wrong password, which does not cost the mailed link. */
@Catch()
class ActivationErrors extends PageErrorFilter {
  protected override readonly remedy = NEW_LINK;

  protected override page(error: AppError, request: FastifyRequest): string {
    const { token } = (request.body ?? {}) as { token?: unknown };
    if (error.param !== 'password' || typeof token !== 'string') return super.page(error, request);
    return formPage(FORM, { token, problem: error.message });
  }
}

/** The page behind the link of an activation mail. Opening it consumes nothing; its form does. */
@PageController('activate', ActivationErrors)
export class ActivationPageController {
  constructor(private readonly registration: RegistrationService) {}

  @ShowPage()
  show() {
    return formPage(FORM);
  }

  @SubmitPage(['user.activated'])
  async activate(@Ctx() ctx: RequestContext, @Body({ schema: Activate }) body: Activate) {
    await this.registration.activate(ctx, body);
    return messagePage('Your account is active', 'You can sign in now.', SIGN_IN);
  }
}
