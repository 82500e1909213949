import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { PERMISSIONS } from '../../kernel/access/permissions.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import {
  CreateRole,
  DeletedRole,
  ListRoles,
  PermissionList,
  RoleItem,
  RolePage,
  UpdateRole,
} from './role.dto.js';
import { RoleService } from './role.service.js';
import { RoleChanges } from './role-changes.service.js';

const TAG: Tag = {
  name: 'Roles',
  description: 'What members and keys of a project may do.',
  place: 80,
};

@Docs.tag(TAG)
@Controller()
export class RoleController {
  constructor(
    private readonly roles: RoleService,
    private readonly changes: RoleChanges,
  ) {}

  @Get('permissions')
  @Access('session')
  @Docs({ name: 'Permission_list', summary: 'The published permission list', ok: PermissionList })
  permissions() {
    return { items: Object.entries(PERMISSIONS).map(([name, description]) => ({ name, description })) };
  }

  @Get('projects/:id/roles')
  @Access('roles:read')
  @Docs({ summary: "A project's roles", ok: RolePage, errors: ['invalid_cursor'] })
  list(@Ctx() ctx: RequestContext, @Param('id') id: string, @Query({ schema: ListRoles }) query: ListRoles) {
    return this.roles.page(ctx, id, query);
  }

  @Post('projects/:id/roles')
  @Access('roles:write')
  @Mutation(['role.created'])
  @Docs({
    summary: 'Make a custom role',
    description:
      'The name must be unique among the roles, regardless of case. The role cannot permit more than you may do yourself.',
    created: RoleItem,
    errors: ['role_name_taken', 'permission_escalation', 'limit_reached'],
  })
  create(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: CreateRole }) body: CreateRole,
  ) {
    return this.changes.create(ctx, id, body);
  }

  @Get('projects/:id/roles/:rol')
  @Access('roles:read')
  @Docs({ summary: 'One role', ok: RoleItem })
  get(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('rol') rol: string) {
    return this.roles.get(ctx, id, rol);
  }

  @Patch('projects/:id/roles/:rol')
  @Access('roles:write')
  @Mutation(['role.updated'], { dryRun: true })
  @Docs({
    summary: 'Change a custom role',
    description:
      'Takes effect on the next request of those who hold it. The role cannot permit more than you may do yourself, ' +
      'neither before nor after the change.',
    ok: RoleItem,
    errors: ['system_role', 'role_name_taken', 'permission_escalation'],
  })
  update(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('rol') rol: string,
    @Body({ schema: UpdateRole }) body: UpdateRole,
  ) {
    return this.changes.update(ctx, id, rol, body);
  }

  @Delete('projects/:id/roles/:rol')
  @Access('roles:write')
  @Mutation(['role.deleted'], { dryRun: true })
  @Docs({
    summary: 'Delete a custom role',
    description: 'Members and keys that hold it become viewers; visibility rules no longer name it.',
    ok: DeletedRole,
    errors: ['system_role', 'permission_escalation'],
  })
  delete(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('rol') rol: string) {
    return this.changes.delete(ctx, id, rol);
  }
}
