import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import type {
  ConfigurationChanges,
  ConfigurationPart,
  ConfiguredItem,
} from '../../kernel/facets/configuration.js';
import { ruleTarget } from './role.events.js';
import { RoleRepository } from './role.repository.js';
import { SYSTEM_ROLES } from './system-roles.js';
import type { VisibilityRuleEntity } from './visibility-rule.entity.js';
import { VisibilityRuleRepository } from './visibility-rule.repository.js';

/** The visibility rules of a project as they travel: by attribute, the roles they hide it from by name. */
@Injectable()
export class VisibilityRuleConfiguration implements ConfigurationPart {
  readonly part = 'visibility';
  readonly dependsOn = ['roles'];

  constructor(
    private readonly rules: VisibilityRuleRepository,
    private readonly roles: RoleRepository,
  ) {}

  async snapshot(ctx: RequestContext, projectId: string): Promise<ConfiguredItem[]> {
    const names = new Map([...(await this.idsByName(ctx, projectId))].map(([name, id]) => [id, name]));
    const rules = await this.rules.all(ctx, projectId);
    const roles = await this.rules.rolesOf(
      ctx,
      rules.map(({ id }) => id),
    );
    return rules
      .map(({ id, attribute }) => {
        const hidden_from = roles.get(id)!.flatMap(role => names.get(role) ?? []);
        return { key: attribute, name: attribute, values: { hidden_from: hidden_from.sort() } };
      })
      .sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  async remove(ctx: RequestContext, projectId: string, items: readonly ConfiguredItem[]): Promise<void> {
    for (const rule of await this.named(ctx, projectId, items)) {
      await this.rules.delete(ctx, rule.id);
      const { attribute } = rule;
      ctx.audit.effect('visibility_rule.deleted', ruleTarget(rule.id, attribute), { attribute });
    }
  }

  /** @throws AppError `limit_reached` */
  async write(
    ctx: RequestContext,
    projectId: string,
    { add, change }: Pick<ConfigurationChanges, 'add' | 'change'>,
  ): Promise<void> {
    const ids = await this.idsByName(ctx, projectId);
    const rolesOf = ({ values }: ConfiguredItem) =>
      (values.hidden_from as readonly string[]).flatMap(name => ids.get(name) ?? []).sort();
    const changed = new Map(change.map(item => [item.key, rolesOf(item)]));
    for (const rule of await this.named(ctx, projectId, change)) {
      const before = (await this.rules.rolesOf(ctx, [rule.id])).get(rule.id)!;
      const hidden_from = changed.get(rule.attribute)!;
      await this.rules.setRoles(ctx, rule.id, hidden_from);
      const target = ruleTarget(rule.id, rule.attribute);
      ctx.audit.effect('visibility_rule.updated', target, { hidden_from: before }, { hidden_from });
    }
    const added = add.map(item => ({ rule: newRule(projectId, item.key), hidden_from: rolesOf(item) }));
    await this.rules.insertAll(ctx, projectId, added);
    for (const { rule, hidden_from } of added) {
      const after = { attribute: rule.attribute, hidden_from };
      ctx.audit.effect('visibility_rule.created', ruleTarget(rule.id, rule.attribute), null, after);
    }
  }

  private async named(ctx: RequestContext, projectId: string, items: readonly ConfiguredItem[]) {
    const attributes = new Set(items.map(({ key }) => key));
    return (await this.rules.all(ctx, projectId)).filter(({ attribute }) => attributes.has(attribute));
  }

  /** The ids of system roles and of the project's own, by name: no role of a project is called like a system role. */
  private async idsByName(ctx: RequestContext, projectId: string): Promise<Map<string, string>> {
    const all = [...Object.values(SYSTEM_ROLES), ...(await this.roles.all(ctx, projectId))];
    return new Map(all.map(({ name, id }) => [name, id]));
  }
}

function newRule(project_id: string, attribute: string): VisibilityRuleEntity {
  return { id: newId('avr'), project_id, attribute, created_at: new Date() };
}
