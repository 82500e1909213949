import { Controller, Get, Param } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { USAGE } from '../usage/usage.tag.js';
import { RequestExplanation } from './request-explanation.dto.js';
import { RequestExplanationService } from './request-explanation.service.js';

@Docs.tag(USAGE)
@Controller('projects/:id/request-logs')
export class RequestExplanationController {
  constructor(private readonly explanations: RequestExplanationService) {}

  @Get(':req/explain')
  @Access('usage:read')
  @Docs({
    summary: 'Why a request of the log was refused',
    description:
      'By what was recorded of it, not by what its key is like now; what was not recorded is said to be so. Of a request ' +
      'that the key was let in with, all checks passed, whatever was answered. A check of something that a rule hides from ' +
      'you answers `[REDACTED]`.',
    ok: RequestExplanation,
  })
  explain(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('req') req: string) {
    return this.explanations.explain(ctx, id, req);
  }
}
