import { Injectable } from '@nestjs/common';
import { ALL_PERMISSIONS, type Permission } from '../../kernel/access/permissions.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import type {
  ConfigurationChanges,
  ConfigurationPart,
  ConfiguredItem,
} from '../../kernel/facets/configuration.js';
import type { Effect } from '../../kernel/facets/effects.js';
import type { RoleEntity } from './role.entity.js';
import { roleTarget } from './role.events.js';
import { RoleRepository } from './role.repository.js';
import { nameKey } from './role-name.js';
import { SYSTEM_ROLES } from './system-roles.js';
import { VisibilityRuleRepository } from './visibility-rule.repository.js';

/** The custom roles of a project as they travel: by name. */
@Injectable()
export class RoleConfiguration implements ConfigurationPart {
  readonly part = 'roles';
  readonly dependsOn = [];

  constructor(
    private readonly roles: RoleRepository,
    private readonly rules: VisibilityRuleRepository,
    private readonly cascades: Cascades,
  ) {}

  async snapshot(ctx: RequestContext, projectId: string): Promise<ConfiguredItem[]> {
    const roles = await this.roles.all(ctx, projectId);
    return roles.map(toItem).sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  async effects(
    ctx: RequestContext,
    projectId: string,
    { change, remove }: ConfigurationChanges,
  ): Promise<Effect[]> {
    const ids = new Map((await this.roles.list(ctx, projectId)).map(({ name, id }) => [name, id]));
    const holders = (items: readonly ConfiguredItem[]) =>
      this.roles.countHolders(
        ctx,
        projectId,
        items.flatMap(({ key }) => ids.get(key) ?? []),
      );
    return [
      { effect: 'role_holders_become_viewers', count: await holders(remove) },
      { effect: 'role_holders_reached', count: await holders(change) },
    ];
  }

  /** Deletes roles; members and keys that hold them become viewers, rules no longer name them. */
  async remove(ctx: RequestContext, projectId: string, items: readonly ConfiguredItem[]): Promise<void> {
    for (const role of await this.named(ctx, projectId, items)) {
      ctx.audit.effect('role.deleted', roleTarget(role.id, role.name), snapshotOf(role));
      const replacementId = SYSTEM_ROLES.viewer.id;
      await this.cascades.roleGone(ctx, { projectId, roleId: role.id, replacementId });
      await this.rules.forgetRole(ctx, role.id);
      await this.roles.delete(ctx, role.id);
    }
  }

  /** @throws AppError `limit_reached` */
  async write(
    ctx: RequestContext,
    projectId: string,
    { add, change }: Pick<ConfigurationChanges, 'add' | 'change'>,
  ): Promise<void> {
    const changed = new Map(change.map(item => [item.key, permissionsOf(item)]));
    for (const role of await this.named(ctx, projectId, change)) {
      const permissions = changed.get(role.name)!;
      await this.roles.update(ctx, role.id, { permissions });
      const after = { ...role, permissions };
      ctx.audit.effect('role.updated', roleTarget(role.id, role.name), snapshotOf(role), snapshotOf(after));
    }
    const added = add.map(item => ({
      id: newId('rol'),
      project_id: projectId,
      name: item.key,
      name_key: nameKey(item.key),
      permissions: permissionsOf(item),
      created_at: new Date(),
    }));
    await this.roles.insertAll(ctx, projectId, added);
    for (const role of added)
      ctx.audit.effect('role.created', roleTarget(role.id, role.name), null, snapshotOf(role));
  }

  private async named(
    ctx: RequestContext,
    projectId: string,
    items: readonly ConfiguredItem[],
  ): Promise<RoleEntity[]> {
    const names = new Set(items.map(({ key }) => key));
    return (await this.roles.list(ctx, projectId)).filter(({ name }) => names.has(name));
  }
}

function toItem({ name, permissions }: RoleEntity): ConfiguredItem {
  return { key: name, name, values: { permissions: [...(permissions ?? [])].sort() } };
}

/** Each permission once, in the order of the published list; those that it has no more are left out. */
function permissionsOf({ values }: ConfiguredItem): Permission[] {
  const named = values.permissions as readonly string[];
  return ALL_PERMISSIONS.filter(permission => named.includes(permission));
}

function snapshotOf({ name, permissions }: RoleEntity) {
  return { name, permissions };
}
