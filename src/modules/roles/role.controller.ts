import { Controller, Get, Param, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { PERMISSIONS } from '../../kernel/access/permissions.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Docs } from '../../kernel/http/docs.decorator.js';
import { ListRoles, PermissionList, RolePage } from './role.dto.js';
import { RoleService } from './role.service.js';

@Docs.tag('Roles')
@Controller()
export class RoleController {
  constructor(private readonly roles: RoleService) {}

  @Get('permissions')
  @Access('session')
  @Docs({ summary: 'The published permission list', ok: PermissionList })
  permissions() {
    return { items: Object.entries(PERMISSIONS).map(([name, description]) => ({ name, description })) };
  }

  @Get('projects/:id/roles')
  @Access('roles:read')
  @Docs({ summary: "A project's roles", ok: RolePage, errors: ['invalid_cursor'] })
  list(@Ctx() ctx: RequestContext, @Param('id') id: string, @Query({ schema: ListRoles }) query: ListRoles) {
    return this.roles.page(ctx, id, query);
  }
}
