import { Body, Controller, Get, Header, HttpCode, Post, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Public } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { PageErrorFilter } from '../../kernel/pages/page-error.filter.js';
import { formPage, messagePage, PAGE_CSP } from '../../kernel/pages/form-page.js';
import { OutsideV1 } from '../../kernel/routes/outside-v1.decorator.js';
import { Activate } from '../users/user.dto.js';
import { UserService } from '../users/user.service.js';

const FORM = formPage({
  title: 'Activate your account',
  text: 'Click the button to activate your account.',
  action: 'activate',
  button: 'Activate',
});

/** The page behind the link of an activation mail. Opening it consumes nothing; its form does. */
@ApiExcludeController()
@OutsideV1()
@Controller('activate')
@UseFilters(PageErrorFilter)
export class ActivationPageController {
  constructor(private readonly users: UserService) {}

  @Get()
  @Public()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', PAGE_CSP)
  show() {
    return FORM;
  }

  @Post()
  @HttpCode(200)
  @Public()
  @Mutation(['user.activated'], { idempotent: false })
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', PAGE_CSP)
  async activate(@Ctx() ctx: RequestContext, @Body({ schema: Activate }) body: Activate) {
    await this.users.activate(ctx, body.token);
    return messagePage('Your account is active', 'You can sign in now.');
  }
}
