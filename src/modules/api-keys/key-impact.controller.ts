import { Controller, Get, Param, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { API_KEYS } from './api-keys.tag.js';
import { AskKeyImpact, KeyImpact } from './key-impact.dto.js';
import { KeyImpactService } from './key-impact.service.js';

@Docs.tag(API_KEYS)
@Controller('projects/:id/api-keys')
export class KeyImpactController {
  constructor(private readonly impact: KeyImpactService) {}

  @Get(':key/impact')
  @Access('member')
  @Docs({
    summary: 'Who would notice if the key were gone',
    description:
      'Who called with it, what they called, whose key it is, and which of its secrets are in use. Routes are counted from ' +
      'usage, callers from the request log, as long as that is kept.',
    ok: KeyImpact,
    errors: ['permission_denied'],
    filters: { days: [] },
  })
  show(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('key') key: string,
    @Query({ schema: AskKeyImpact }) { days }: AskKeyImpact,
  ) {
    return this.impact.of(ctx, id, key, days);
  }
}
