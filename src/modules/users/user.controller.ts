import { Body, Controller, Get, Patch } from '@nestjs/common';
import { Access, BeforePasswordChange } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { ACCOUNT } from './account.tag.js';
import { UpdateMe, User } from './user.dto.js';
import { UserService } from './user.service.js';

@Docs.tag(ACCOUNT)
@Controller('me')
export class UserController {
  constructor(private readonly users: UserService) {}

  @Get()
  @Access('session')
  @BeforePasswordChange()
  @Docs({ name: 'Me_get', place: 5, summary: 'Your account', ok: User })
  me(@Ctx() ctx: RequestContext) {
    return this.users.get(ctx, ctx.user.id);
  }

  @Patch()
  @Access('session')
  @Mutation(['user.updated'])
  @Docs({ name: 'Me_update', summary: 'Change your details', ok: User })
  update(@Ctx() ctx: RequestContext, @Body({ schema: UpdateMe }) body: UpdateMe) {
    return this.users.updateSelf(ctx, ctx.user.id, body);
  }
}
