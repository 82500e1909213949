import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AnswersConfiguration } from '../../kernel/facets/configuration.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import { VisibilityRuleRepository } from './visibility-rule.repository.js';
import { VisibilityRuleConfiguration } from './visibility-rule-configuration.js';

/** Visibility rules can be looked up by id, and travel with a project's configuration. */
@Facet()
export class VisibilityRuleFacet implements AnswersConfiguration, AnswersLookups {
  readonly lookup = {
    prefix: 'avr',
    object: 'visibility_rule',
    madeOf: ['visibility_rule.attribute'],
    permission: 'visibility:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    readonly configuration: VisibilityRuleConfiguration,
    private readonly rules: VisibilityRuleRepository,
  ) {}

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const rule = await this.rules.findAnywhere(ctx, id);
    if (!rule) return null;
    const url = `/v1/projects/${rule.project_id}/attribute-visibility/${id}`;
    return { id, projectId: rule.project_id, name: rule.attribute, url };
  }
}
