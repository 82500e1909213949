import { Injectable } from '@nestjs/common';
import type { Permission } from '../../kernel/access/permissions.js';
import { isHidden } from '../../kernel/context/hidden-attributes.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { orIfGone } from '../../kernel/database/database-errors.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import type { Standing } from '../../kernel/facets/standings.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import { HiddenFromRoles } from './hidden-from-roles.service.js';
import { type ListRoles, type RoleItem, toRoleItem } from './role.dto.js';
import type { RoleEntity } from './role.entity.js';
import { RoleRepository } from './role.repository.js';
import { orViewer, type Role, SYSTEM_ROLES } from './system-roles.js';

const SYSTEM = Object.values(SYSTEM_ROLES) as readonly Role[];
const SYSTEM_BY_ID = new Map(SYSTEM.map(role => [role.id, role]));

/** Roles and what they permit. What changes them stands in `RoleChanges`. */
@Injectable()
export class RoleService {
  constructor(
    private readonly roles: RoleRepository,
    private readonly hidden: HiddenFromRoles,
  ) {}

  /** A role of the project: one of the system roles, or one of its own. Null when it is neither. */
  async find(ctx: RequestContext, projectId: string, id: string): Promise<Role | null> {
    const system = SYSTEM_BY_ID.get(id);
    if (system) return system;
    const row = await this.roles.find(ctx, projectId, id);
    return row && toRole(row);
  }

  /** The same; one of the project's own is not deleted before the caller's unit of work ends. */
  async lock(ctx: RequestContext, projectId: string, id: string): Promise<Role | null> {
    const system = SYSTEM_BY_ID.get(id);
    if (system) return system;
    const row = await this.roles.lock(ctx, projectId, id);
    return row && toRole(row);
  }

  /** Several roles of one project, by id. */
  async findMany(ctx: RequestContext, projectId: string, ids: string[]): Promise<Map<string, Role>> {
    const custom = [...new Set(ids)].filter(id => !SYSTEM_BY_ID.has(id));
    const rows = custom.length ? await this.roles.findMany(ctx, projectId, custom) : [];
    return new Map([...SYSTEM_BY_ID, ...rows.map(row => [row.id, toRole(row)] as const)]);
  }

  /** Those of some projects where a role, one in each, does not give `permission`. */
  async lacking(
    ctx: RequestContext,
    roleOf: ReadonlyMap<string, string>,
    permission: Permission,
  ): Promise<string[]> {
    const custom = [...roleOf].filter(([, role]) => !SYSTEM_BY_ID.has(role));
    const [projectIds, ids] = [custom.map(([project]) => project), custom.map(([, role]) => role)];
    const rows = custom.length ? await this.roles.findInProjects(ctx, projectIds, ids) : [];
    const roles = new Map([...SYSTEM_BY_ID, ...rows.map(row => [row.id, toRole(row)] as const)]);
    const lacks = (role: string) => !orViewer(roles.get(role)).permissions.has(permission);
    return [...roleOf.keys()].filter(project => lacks(roleOf.get(project)!));
  }

  /** The system roles first, then the project's own, oldest first. */
  async page(ctx: RequestContext, projectId: string, query: ListRoles): Promise<Page<RoleItem>> {
    const all = [...SYSTEM, ...(await this.roles.list(ctx, projectId)).map(toRole)];
    const after = decodeCursor(query.cursor);
    const rest = after === null ? all : all.filter(role => role.id > after);
    return paginate(rest, query.limit, all.length, toRoleItem);
  }

  /** @throws AppError `not_found` */
  async get(ctx: RequestContext, projectId: string, id: string): Promise<RoleItem> {
    const role = await this.find(ctx, projectId, id);
    if (!role) throw new AppError('not_found');
    return toRoleItem(role);
  }

  /**
   * The role a caller wants to give to somebody or something.
   * @throws AppError `validation_failed` for an unknown role, `permission_escalation` when it permits
   *   more than the caller may do, or shows what is hidden from the caller
   */
  async assignable(ctx: RequestContext, projectId: string, id: string): Promise<Role> {
    const role = await this.find(ctx, projectId, id);
    if (!role) throw this.unknown('role_id');
    await this.refuseMore(ctx, projectId, role);
    return role;
  }

  /**
   * Asks of a role that somebody or something holds what {@link assignable} asks of one to be given.
   * @throws AppError `permission_escalation`
   */
  async refuseStronger(ctx: RequestContext, projectId: string, id: string): Promise<void> {
    await this.refuseMore(ctx, projectId, orViewer(await this.find(ctx, projectId, id)));
  }

  /**
   * Waits for a write that gives a role, which may have been deleted since it was looked up.
   * @throws AppError `validation_failed` when it was
   */
  giving<T>(write: Promise<T>, param = 'role_id'): Promise<T> {
    return orIfGone(write, () => this.unknown(param));
  }

  /** The error for an id that is no role's. */
  unknown(param: string): AppError {
    return invalidField(
      param,
      'is not a role of this project',
      'Choose one from GET /v1/projects/{id}/roles.',
    );
  }

  /** @throws AppError `permission_escalation` unless the caller holds every one of `permissions` */
  refuseEscalation(ctx: RequestContext, permissions: Iterable<Permission>, param = 'role_id'): void {
    const lacking = [...permissions].filter(permission => !ctx.can(permission));
    if (lacking.length) throw new AppError('permission_escalation', { param, details: { lacking } });
  }

  /** Whether a role gives nothing beyond what somebody has: no permission, and no sight of what is hidden from them. */
  async isWithin(ctx: RequestContext, projectId: string, id: string, holder: Standing): Promise<boolean> {
    const role = orViewer(await this.find(ctx, projectId, id));
    if ([...role.permissions].some(permission => !holder.permissions.has(permission))) return false;
    if (holder.hidden.size === 0) return true;
    const hidden = await this.hidden.of(ctx, projectId, [role.id]);
    return [...holder.hidden].every(attribute => isHidden(hidden, attribute));
  }

  private async refuseMore(ctx: RequestContext, projectId: string, role: Role): Promise<void> {
    this.refuseEscalation(ctx, role.permissions);
    await this.refuseInsight(ctx, projectId, role.id);
  }

  /** @throws AppError `permission_escalation` when a role shows what is hidden from the caller */
  async refuseInsight(ctx: RequestContext, projectId: string, roleId: string): Promise<void> {
    if (ctx.hidden.size === 0) return;
    const hidden = await this.hidden.of(ctx, projectId, [roleId]);
    const hidden_from_you = [...ctx.hidden].filter(attribute => !isHidden(hidden, attribute));
    if (hidden_from_you.length) {
      throw new AppError('permission_escalation', {
        param: 'role_id',
        message: 'This role sees attributes that are hidden from you.',
        details: { hidden_from_you },
      });
    }
  }
}

/** A custom role's row as the rest of the system sees it. */
export function toRole(row: RoleEntity): Role {
  return { id: row.id, name: row.name, system: false, permissions: new Set(row.permissions) };
}
