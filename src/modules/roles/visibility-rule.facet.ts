import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { ProjectFacets, type Found, type ProjectFacet } from '../../kernel/project-facet.js';
import { VisibilityRuleRepository } from './visibility-rule.repository.js';

/** Visibility rules can be looked up by id. */
@Injectable()
export class VisibilityRuleFacet implements ProjectFacet, OnModuleInit {
  readonly lookup = {
    prefix: 'avr',
    permission: 'visibility:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly rules: VisibilityRuleRepository,
    private readonly facets: ProjectFacets,
  ) {}

  onModuleInit(): void {
    this.facets.register(this);
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const rule = await this.rules.findAnywhere(ctx, id);
    if (!rule) return null;
    const url = `/v1/projects/${rule.project_id}/attribute-visibility/${id}`;
    return { id, object: 'visibility_rule', projectId: rule.project_id, name: rule.attribute, url };
  }
}
