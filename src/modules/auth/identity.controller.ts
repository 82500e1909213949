import { Controller, Get, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import { Lookup, WhoAmI } from './auth.dto.js';
import { CurrentCaller } from './caller.decorator.js';
import type { Caller } from './caller.js';
import { IdentityService } from './identity.service.js';

const TAG: Tag = {
  name: 'Identity',
  description: 'Who you are, and what an id stands for.',
  place: 20,
};

@Docs.tag(TAG)
@Controller()
export class IdentityController {
  constructor(private readonly identity: IdentityService) {}

  @Get('whoami')
  @Access('any')
  @Docs({ summary: 'Who you are and what you may do', ok: WhoAmI })
  whoami(@Req() request: FastifyRequest) {
    // The hottest route: a parameter decorator of our own would go through the validation pipe, asynchronously.
    return this.identity.whoami(request.caller!);
  }

  @Get('lookup/:id')
  @Access('any')
  @Docs({
    summary: 'What an id stands for',
    params: { id: 'Id of anything you may see, such as `prj_…`.' },
    ok: Lookup,
    errors: ['not_found'],
  })
  lookup(@Ctx() ctx: RequestContext, @CurrentCaller() caller: Caller, @Param('id') id: string) {
    return this.identity.lookup(ctx, caller, id);
  }
}
