import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { insertRows } from '../../kernel/database/insert-rows.js';
import { VisibilityRuleEntity, VisibilityRuleRoleEntity } from './visibility-rule.entity.js';

/** That an attribute is hidden from a role. */
export interface Hiding {
  project_id: string;
  role_id: string;
  attribute: string;
}

/** How many rules a project may have. */
const MOST = 200;

@Injectable()
export class VisibilityRuleRepository {
  constructor(private readonly database: Database) {}

  find(ctx: RequestContext, projectId: string, id: string): Promise<VisibilityRuleEntity | null> {
    return this.database.read(ctx).findOneBy(VisibilityRuleEntity, { id, project_id: projectId });
  }

  findAnywhere(ctx: RequestContext, id: string): Promise<VisibilityRuleEntity | null> {
    return this.database.read(ctx).findOneBy(VisibilityRuleEntity, { id });
  }

  /** Newest first, one row more than `limit`. */
  list(
    ctx: RequestContext,
    projectId: string,
    limit: number,
    after: string | null,
  ): Promise<VisibilityRuleEntity[]> {
    const query = this.database.read(ctx).createQueryBuilder(VisibilityRuleEntity, 'v');
    query.where('v.project_id = :projectId', { projectId });
    if (after) query.andWhere('v.id < :after', { after });
    return query
      .orderBy('v.id', 'DESC')
      .limit(limit + 1)
      .getMany();
  }

  /** Every rule of a project; within a unit of work that writes, nobody else changes them, or adds one, until it ends. */
  all(ctx: RequestContext, projectId: string): Promise<VisibilityRuleEntity[]> {
    const where = { project_id: projectId };
    return ctx.unit?.writing
      ? this.database.lockAll(ctx, VisibilityRuleEntity, where)
      : this.database.read(ctx).findBy(VisibilityRuleEntity, where);
  }

  count(ctx: RequestContext, projectId: string): Promise<number> {
    return this.database.read(ctx).countBy(VisibilityRuleEntity, { project_id: projectId });
  }

  /** The roles of each rule; within a unit of work that writes, nobody else changes them until it ends. */
  async rolesOf(ctx: RequestContext, ruleIds: string[]): Promise<Map<string, string[]>> {
    const roles = new Map<string, string[]>(ruleIds.map(id => [id, []]));
    if (ruleIds.length === 0) return roles;
    const where = { rule_id: In(ruleIds) };
    const rows = ctx.unit?.writing
      ? await this.database.lockAll(ctx, VisibilityRuleRoleEntity, where)
      : await this.database.read(ctx).findBy(VisibilityRuleRoleEntity, where);
    for (const row of rows) roles.get(row.rule_id)!.push(row.role_id);
    for (const ids of roles.values()) ids.sort();
    return roles;
  }

  /** Everything that rules of these projects hide, from whom. */
  hidings(ctx: RequestContext, projectIds: string[]): Promise<Hiding[]> {
    return this.database
      .read(ctx)
      .createQueryBuilder(VisibilityRuleEntity, 'v')
      .innerJoin(VisibilityRuleRoleEntity, 'r', 'r.rule_id = v.id')
      .select('v.project_id', 'project_id')
      .addSelect('r.role_id', 'role_id')
      .addSelect('v.attribute', 'attribute')
      .where('v.project_id IN (:...projectIds)', { projectIds })
      .getRawMany<Hiding>();
  }

  /** Locks a rule until the unit of work ends, and reads it; null when there is none. */
  lock(ctx: RequestContext, projectId: string, id: string): Promise<VisibilityRuleEntity | null> {
    return this.database.lock(ctx, VisibilityRuleEntity, { id, project_id: projectId });
  }

  /** @throws AppError `limit_reached` */
  async insert(ctx: RequestContext, rule: VisibilityRuleEntity): Promise<void> {
    await this.database.refuseBeyond(ctx, VisibilityRuleEntity, { project_id: rule.project_id }, MOST);
    await (await this.database.write(ctx)).insert(VisibilityRuleEntity, rule);
  }

  /** Inserts many rules of one project, with the roles they name. @throws AppError `limit_reached` */
  async insertAll(
    ctx: RequestContext,
    projectId: string,
    added: readonly { rule: VisibilityRuleEntity; hidden_from: readonly string[] }[],
  ): Promise<void> {
    if (added.length === 0) return;
    await this.database.refuseBeyond(
      ctx,
      VisibilityRuleEntity,
      { project_id: projectId },
      MOST,
      added.length,
    );
    const manager = await this.database.write(ctx);
    await manager.insert(
      VisibilityRuleEntity,
      added.map(({ rule }) => rule),
    );
    const named = added.flatMap(({ rule, hidden_from }) => hidden_from.map(role_id => [rule.id, role_id]));
    await insertRows(manager, 'visibility_rule_roles', ['rule_id', 'role_id'], named, row => row);
  }

  async rename(ctx: RequestContext, id: string, attribute: string): Promise<void> {
    await (await this.database.write(ctx)).update(VisibilityRuleEntity, { id }, { attribute });
  }

  /** Replaces the roles a rule names; fails on a foreign key when one is gone. */
  async setRoles(ctx: RequestContext, ruleId: string, roleIds: readonly string[]): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.delete(VisibilityRuleRoleEntity, { rule_id: ruleId });
    if (roleIds.length === 0) return;
    await manager.insert(
      VisibilityRuleRoleEntity,
      roleIds.map(role_id => ({ rule_id: ruleId, role_id })),
    );
  }

  async delete(ctx: RequestContext, id: string): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.delete(VisibilityRuleRoleEntity, { rule_id: id });
    await manager.delete(VisibilityRuleEntity, { id });
  }

  /** Takes a role that is being deleted out of all rules; answers how many named it. */
  async forgetRole(ctx: RequestContext, roleId: string): Promise<number> {
    const manager = await this.database.write(ctx);
    return (await manager.delete(VisibilityRuleRoleEntity, { role_id: roleId })).affected ?? 0;
  }
}
