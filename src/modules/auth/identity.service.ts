import { Injectable } from '@nestjs/common';
import { ALL_PERMISSIONS } from '../../kernel/access/permissions.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { isId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { ProjectFacets, type Found } from '../../kernel/project-facet.js';
import type { Lookup, WhoAmI } from './auth.dto.js';
import type { Caller } from './caller.js';
import { ProjectAccess } from './project-access.service.js';

/** Answers who calls, and what an id stands for. */
@Injectable()
export class IdentityService {
  constructor(
    private readonly facets: ProjectFacets,
    private readonly access: ProjectAccess,
  ) {}

  whoami(caller: Caller): WhoAmI {
    const { id, name } = caller.principal;
    if (caller.kind === 'user') {
      const permissions = caller.user.platform_role === 'admin' ? ALL_PERMISSIONS : [];
      return { principal: { type: 'user', id, name }, permissions: [...permissions], limits: null };
    }
    const { project, role, permissions, limits } = caller.key;
    const { environment } = project as { environment: 'sandbox' | 'production' };
    return {
      principal: { type: 'api_key', id, name },
      project: { id: project.id, name: project.name, environment, status: project.status },
      role,
      permissions: [...permissions],
      limits,
    };
  }

  /** What an id stands for. @throws AppError `not_found`, also for what the caller may not see */
  async lookup(ctx: RequestContext, caller: Caller, id: string): Promise<Lookup> {
    const lookup = this.facets.all().find(facet => facet.lookup?.prefix === id.slice(0, 3))?.lookup;
    const found = lookup && isId(id) ? await lookup.find(ctx, id) : null;
    if (!found || !(await this.maySee(caller, found, lookup!.permission))) throw new AppError('not_found');
    return { id, object: found.object, project_id: found.projectId, name: found.name, url: found.url };
  }

  private async maySee(
    caller: Caller,
    found: Found,
    permission: Parameters<RequestContext['can']>[0],
  ): Promise<boolean> {
    // What belongs to no project was found only because it is the caller's to see.
    if (found.projectId === null) return true;
    if (caller.kind === 'api_key') {
      const own = found.projectId === caller.key.project.id;
      const { id, memberId, permissions } = caller.key;
      return (
        own && (permissions.has(permission) || found.id === id || owns(found, id) || owns(found, memberId))
      );
    }
    const grant = await this.access.ofUser(caller, found.projectId);
    return grant !== null && (grant.permissions.has(permission) || owns(found, grant.memberId));
  }
}

function owns(found: Found, id: string | null): boolean {
  return id !== null && (found.owners?.includes(id) ?? false);
}
