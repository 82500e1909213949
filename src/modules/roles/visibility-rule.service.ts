import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { orIfTaken } from '../../kernel/database/database-errors.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import { type Attribute, AttributeCatalog } from '../../kernel/visibility/attribute-catalog.js';
import { ruleTarget } from './role.events.js';
import { RoleService } from './role.service.js';
import {
  type CreateVisibilityRule,
  type ListVisibilityRules,
  toVisibilityRule,
  type UpdateVisibilityRule,
  type VisibilityRule,
} from './visibility-rule.dto.js';
import type { VisibilityRuleEntity } from './visibility-rule.entity.js';
import { VisibilityRuleRepository } from './visibility-rule.repository.js';

/**
 * The rules that hide attributes from roles. A rule may name any role, `administrator` too: the project's
 * owner, owners and admins of the organization and platform admins see everything whatever the rules say.
 */
@Injectable()
export class VisibilityRules {
  constructor(
    private readonly rules: VisibilityRuleRepository,
    private readonly roles: RoleService,
    private readonly catalog: AttributeCatalog,
  ) {}

  /** The attributes a rule may name. */
  attributes(): Attribute[] {
    return this.catalog.list();
  }

  async list(
    ctx: RequestContext,
    projectId: string,
    query: ListVisibilityRules,
  ): Promise<Page<VisibilityRule>> {
    const rows = await this.rules.list(ctx, projectId, query.limit, decodeCursor(query.cursor));
    const roles = await this.rules.rolesOf(
      ctx,
      rows.map(row => row.id),
    );
    const toItem = (row: VisibilityRuleEntity) => toVisibilityRule(row, roles.get(row.id)!);
    return paginate(rows, query.limit, await this.rules.count(ctx, projectId), toItem);
  }

  /** @throws AppError `not_found` */
  async get(ctx: RequestContext, projectId: string, id: string): Promise<VisibilityRule> {
    const row = await this.rules.find(ctx, projectId, id);
    if (!row) throw new AppError('not_found');
    return this.item(ctx, row);
  }

  /** @throws AppError `visibility_rule_exists`, `validation_failed` for an unknown attribute or role */
  async create(ctx: RequestContext, projectId: string, input: CreateVisibilityRule): Promise<VisibilityRule> {
    this.refuseUnknown(input.attribute);
    const hidden_from = await this.rolesNamed(ctx, projectId, input.hidden_from);
    const rule: VisibilityRuleEntity = {
      id: newId('avr'),
      project_id: projectId,
      attribute: input.attribute,
      created_at: new Date(),
    };
    await orIfTaken(this.rules.insert(ctx, rule), ruleExists);
    await this.roles.giving(this.rules.setRoles(ctx, rule.id, hidden_from), 'hidden_from');
    const after = toVisibilityRule(rule, hidden_from);
    ctx.audit.change(target(after), null, snapshot(after));
    return after;
  }

  /**
   * Changes what a rule hides, or from whom.
   * @throws AppError `not_found`, `visibility_rule_exists`, `validation_failed`, `permission_escalation` when
   *   somebody it hides something from would show it to themselves or to others
   */
  async update(
    ctx: RequestContext,
    projectId: string,
    id: string,
    input: UpdateVisibilityRule,
  ): Promise<VisibilityRule> {
    if (input.attribute !== undefined) this.refuseUnknown(input.attribute);
    const hidden_from = input.hidden_from && (await this.rolesNamed(ctx, projectId, input.hidden_from));
    const { row, before } = await this.locked(ctx, projectId, id);
    const after = {
      ...before,
      attribute: input.attribute ?? before.attribute,
      hidden_from: hidden_from ?? before.hidden_from,
    };
    const keeps = before.hidden_from.every(role => after.hidden_from.includes(role));
    if (!keeps || after.attribute !== before.attribute) refuseDisclosure(ctx, before.attribute);
    if (after.attribute !== row.attribute) {
      await orIfTaken(this.rules.rename(ctx, id, after.attribute), ruleExists);
    }
    if (hidden_from) await this.roles.giving(this.rules.setRoles(ctx, id, hidden_from), 'hidden_from');
    ctx.audit.change(target(after), snapshot(before), snapshot(after));
    return after;
  }

  /** @throws AppError `not_found`, `permission_escalation` when the rule hides something from the caller */
  async delete(ctx: RequestContext, projectId: string, id: string): Promise<{ id: string; deleted: true }> {
    const { before } = await this.locked(ctx, projectId, id);
    refuseDisclosure(ctx, before.attribute);
    await this.rules.delete(ctx, id);
    ctx.audit.change(target(before), snapshot(before), null);
    return { id, deleted: true };
  }

  private async locked(ctx: RequestContext, projectId: string, id: string) {
    if (!(await this.rules.find(ctx, projectId, id))) throw new AppError('not_found');
    const row = await this.rules.lock(ctx, projectId, id);
    if (!row) throw new AppError('not_found');
    return { row, before: await this.item(ctx, row) };
  }

  private async item(ctx: RequestContext, row: VisibilityRuleEntity): Promise<VisibilityRule> {
    return toVisibilityRule(row, (await this.rules.rolesOf(ctx, [row.id])).get(row.id)!);
  }

  private refuseUnknown(attribute: string): void {
    if (this.catalog.has(attribute)) return;
    throw invalidField(
      'attribute',
      'is not an attribute that can be hidden',
      'Choose one from GET /v1/projects/{id}/attribute-visibility/attributes, or something below an open one.',
    );
  }

  /** The named roles, each once, sorted. @throws AppError `validation_failed` when one is not the project's */
  private async rolesNamed(ctx: RequestContext, projectId: string, ids: string[]): Promise<string[]> {
    const unique = [...new Set(ids)].sort();
    const known = await this.roles.findMany(ctx, projectId, unique);
    const unknown = ids.findIndex(id => !known.has(id));
    if (unknown >= 0) throw this.roles.unknown(`hidden_from.${unknown}`);
    return unique;
  }
}

/** Nobody brings to light what is hidden from them. */
function refuseDisclosure(ctx: RequestContext, attribute: string): void {
  if (!ctx.hides(attribute)) return;
  throw new AppError('permission_escalation', {
    message: 'This attribute is hidden from you, so you cannot show it to others.',
    details: { attribute },
  });
}

function ruleExists(): AppError {
  return new AppError('visibility_rule_exists', { param: 'attribute' });
}

function target(rule: VisibilityRule) {
  return ruleTarget(rule.id, rule.attribute);
}

function snapshot({ attribute, hidden_from }: VisibilityRule) {
  return { attribute, hidden_from };
}
