import { Injectable } from '@nestjs/common';
import { ALL_PERMISSIONS, type Permission } from '../../kernel/access/permissions.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { orIfTaken } from '../../kernel/database/database-errors.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import { type CreateRole, type RoleItem, toRoleItem, type UpdateRole } from './role.dto.js';
import type { RoleEntity } from './role.entity.js';
import { roleTarget, ruleTarget } from './role.events.js';
import { RoleRepository } from './role.repository.js';
import { RoleService, toRole } from './role.service.js';
import { nameKey } from './role-name.js';
import { SYSTEM_ROLES } from './system-roles.js';
import { VisibilityRuleRepository } from './visibility-rule.repository.js';

const SYSTEM = Object.values(SYSTEM_ROLES);
const SYSTEM_IDS = new Set<string>(SYSTEM.map(role => role.id));
const SYSTEM_NAMES = new Set(SYSTEM.map(role => nameKey(role.name)));

/** Makes, changes and deletes custom roles. Nobody gives more than they have. */
@Injectable()
export class RoleChanges {
  constructor(
    private readonly roles: RoleRepository,
    private readonly service: RoleService,
    private readonly rules: VisibilityRuleRepository,
    private readonly cascades: Cascades,
  ) {}

  /** @throws AppError `permission_escalation`, `role_name_taken` */
  async create(ctx: RequestContext, projectId: string, input: CreateRole): Promise<RoleItem> {
    this.service.refuseEscalation(ctx, input.permissions, 'permissions');
    const role: RoleEntity = {
      id: newId('rol'),
      project_id: projectId,
      name: input.name,
      name_key: freeKey(input.name),
      permissions: inOrder(input.permissions),
      created_at: new Date(),
    };
    await orIfTaken(this.roles.insert(ctx, role), nameTaken);
    ctx.audit.change(target(role), null, snapshot(role));
    return toRoleItem(toRole(role));
  }

  /**
   * Changes a role for everybody who holds it.
   * @throws AppError `not_found`, `system_role`, `role_name_taken`, `permission_escalation` also when the role
   *   permits more than the caller may do already
   */
  async update(ctx: RequestContext, projectId: string, id: string, input: UpdateRole): Promise<RoleItem> {
    if (input.permissions) this.service.refuseEscalation(ctx, input.permissions, 'permissions');
    const before = await this.locked(ctx, projectId, id);
    const after: RoleEntity = { ...before };
    if (input.name !== undefined) Object.assign(after, { name: input.name, name_key: freeKey(input.name) });
    if (input.permissions) after.permissions = inOrder(input.permissions);
    const { name, name_key, permissions } = after;
    await orIfTaken(this.roles.update(ctx, id, { name, name_key, permissions }), nameTaken);
    ctx.audit.change(target(after), snapshot(before), snapshot(after));
    await this.cascades.rightsLost(ctx, { projectId });
    return toRoleItem(toRole(after));
  }

  /**
   * Deletes a role; members and keys that hold it become viewers.
   * @throws AppError `not_found`, `system_role`, `permission_escalation` when the role permits more than the
   *   caller may do, or when those who held it would get more than the caller has by becoming viewers
   */
  async delete(ctx: RequestContext, projectId: string, id: string): Promise<{ id: string; deleted: true }> {
    const role = await this.locked(ctx, projectId, id);
    ctx.audit.change(target(role), snapshot(role), null);
    const { viewer } = SYSTEM_ROLES;
    const holders = await this.cascades.roleGone(ctx, { projectId, roleId: id, replacementId: viewer.id });
    if (holders) await this.service.refuseInsight(ctx, projectId, viewer.id);
    if (holders) this.service.refuseEscalation(ctx, viewer.permissions);
    const rules = await this.rules.forgetRole(ctx, id);
    if (rules) {
      const named = ruleTarget('naming_it', `${rules} rules`);
      ctx.audit.effect(
        'visibility_rule.updated',
        named,
        { hidden_from: id },
        { hidden_from: null, count: rules },
      );
    }
    await this.roles.delete(ctx, id);
    await this.cascades.rightsLost(ctx, { projectId });
    return { id, deleted: true };
  }

  /** A role that the caller may change, as it is and stays until the unit of work ends. */
  private async locked(ctx: RequestContext, projectId: string, id: string): Promise<RoleEntity> {
    if (SYSTEM_IDS.has(id)) throw new AppError('system_role');
    if (!(await this.roles.find(ctx, projectId, id))) throw new AppError('not_found');
    const role = await this.roles.lock(ctx, projectId, id);
    if (!role) throw new AppError('not_found');
    this.service.refuseEscalation(ctx, role.permissions ?? []);
    return role;
  }
}

function nameTaken(): AppError {
  return new AppError('role_name_taken', { param: 'name' });
}

/** The key of a name that is no system role's. @throws AppError `role_name_taken` */
function freeKey(name: string): string {
  const key = nameKey(name);
  if (SYSTEM_NAMES.has(key)) throw nameTaken();
  return key;
}

/** Each permission once, in the order of the published list. */
function inOrder(permissions: readonly Permission[]): Permission[] {
  return ALL_PERMISSIONS.filter(permission => permissions.includes(permission));
}

function target({ id, name }: RoleEntity) {
  return roleTarget(id, name);
}

function snapshot({ name, permissions }: RoleEntity) {
  return { name, permissions };
}
