import { Body, Controller, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Read } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { API_KEYS } from './api-keys.tag.js';
import { ExplainKey, KeyExplanation, KeyVerdict, VerifyKey } from './key-check.dto.js';
import { KeyCheckService } from './key-check.service.js';

@Docs.tag(API_KEYS)
@Controller()
export class KeyCheckController {
  constructor(private readonly checks: KeyCheckService) {}

  @Post('api-keys/verify')
  @Access('api_keys:verify')
  @Read()
  @Docs({
    summary: 'Check a key that was presented to your own gateway',
    description:
      'Always answers 200, with a verdict. Keys check keys of their own organization, platform admins all; ' +
      'any other key is `NOT_FOUND`. Logged and metered twice: as the request of the caller, and, with the status ' +
      'the key would have met here, as a use of the key that was checked.',
    ok: KeyVerdict,
  })
  verify(@Req() request: FastifyRequest, @Body({ schema: VerifyKey }) body: VerifyKey) {
    // The hottest POST: @Ctx() would go through the validation pipe, too, which takes 3 % of its time.
    return this.checks.verify(request.ctx!, body);
  }

  @Post('projects/:id/api-keys/:key/explain')
  @Access('member')
  @Read()
  @Docs({
    summary: 'Why a key would pass or be refused',
    description:
      'Runs the request you describe through every check, in order, and says how to fix what fails. A check of ' +
      'something that a rule hides from you answers `[REDACTED]`, and so does `allowed` when it depends on one.',
    ok: KeyExplanation,
    errors: ['permission_denied', 'not_found'],
  })
  explain(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('key') key: string,
    @Body({ schema: ExplainKey }) body: ExplainKey,
  ) {
    return this.checks.explain(ctx, id, key, body);
  }
}
