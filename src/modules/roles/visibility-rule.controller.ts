import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import {
  CreateVisibilityRule,
  DeletedVisibilityRule,
  ListVisibilityRules,
  UpdateVisibilityRule,
  VisibilityAttributeList,
  VisibilityRule,
  VisibilityRulePage,
} from './visibility-rule.dto.js';
import { VisibilityRules } from './visibility-rule.service.js';

const TAG: Tag = {
  name: 'Attribute visibility',
  description: 'What is hidden from which roles.',
  place: 90,
};

@Docs.tag(TAG)
@Controller('projects/:id/attribute-visibility')
export class VisibilityRuleController {
  constructor(private readonly rules: VisibilityRules) {}

  @Get()
  @Access('visibility:read')
  @Docs({ summary: 'What is hidden from which roles', ok: VisibilityRulePage, errors: ['invalid_cursor'] })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListVisibilityRules }) query: ListVisibilityRules,
  ) {
    return this.rules.list(ctx, id, query);
  }

  @Get('attributes')
  @Access('visibility:read')
  @Docs({
    summary: 'The attributes a rule may name',
    description: 'Everything that answers show, except ids and the envelope around them.',
    ok: VisibilityAttributeList,
  })
  attributes() {
    return { items: this.rules.attributes() };
  }

  @Post()
  @Access('visibility:write')
  @Mutation(['visibility_rule.created'])
  @Docs({
    summary: 'Hide an attribute from roles',
    description:
      'Members and keys of these roles see `[REDACTED]` instead, everywhere, including the event log, and ' +
      'cannot filter or sort by it. The owner, owners and admins of the organization and platform admins see ' +
      'everything.',
    created: VisibilityRule,
    errors: ['visibility_rule_exists', 'limit_reached'],
  })
  create(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: CreateVisibilityRule }) body: CreateVisibilityRule,
  ) {
    return this.rules.create(ctx, id, body);
  }

  @Get(':avr')
  @Access('visibility:read')
  @Docs({ summary: 'One visibility rule', ok: VisibilityRule })
  get(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('avr') avr: string) {
    return this.rules.get(ctx, id, avr);
  }

  @Patch(':avr')
  @Access('visibility:write')
  @Mutation(['visibility_rule.updated'])
  @Docs({
    summary: 'Change a visibility rule',
    description: 'Takes effect on the next request. You cannot show to others what is hidden from you.',
    ok: VisibilityRule,
    errors: ['visibility_rule_exists', 'permission_escalation'],
  })
  update(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('avr') avr: string,
    @Body({ schema: UpdateVisibilityRule }) body: UpdateVisibilityRule,
  ) {
    return this.rules.update(ctx, id, avr, body);
  }

  @Delete(':avr')
  @Access('visibility:write')
  @Mutation(['visibility_rule.deleted'])
  @Docs({
    summary: 'Show an attribute to all roles again',
    ok: DeletedVisibilityRule,
    errors: ['permission_escalation'],
  })
  delete(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('avr') avr: string) {
    return this.rules.delete(ctx, id, avr);
  }
}
