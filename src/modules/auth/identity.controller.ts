import { Controller, Get, Param } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Docs } from '../../kernel/http/docs.decorator.js';
import { Lookup, WhoAmI } from './auth.dto.js';
import { CurrentCaller } from './caller.decorator.js';
import type { Caller } from './caller.js';
import { IdentityService } from './identity.service.js';

@Docs.tag('Identity')
@Controller()
export class IdentityController {
  constructor(private readonly identity: IdentityService) {}

  @Get('whoami')
  @Access('any')
  @Docs({ summary: 'Who you are and what you may do', ok: WhoAmI })
  whoami(@CurrentCaller() caller: Caller) {
    return this.identity.whoami(caller);
  }

  @Get('lookup/:id')
  @Access('any')
  @Docs({ summary: 'What an id stands for', ok: Lookup, errors: ['not_found'] })
  lookup(@Ctx() ctx: RequestContext, @CurrentCaller() caller: Caller, @Param('id') id: string) {
    return this.identity.lookup(ctx, caller, id);
  }
}
