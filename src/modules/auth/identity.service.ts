import { Injectable } from '@nestjs/common';
import { ALL_PERMISSIONS } from '../../kernel/access/permissions.js';
import { type HiddenAttributes, NOTHING_HIDDEN } from '../../kernel/context/hidden-attributes.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { isId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { type Found, Lookups } from '../../kernel/facets/lookups.js';
import { AttributeCatalog } from '../../kernel/visibility/attribute-catalog.js';
import type { Lookup, WhoAmI } from './auth.dto.js';
import type { Caller } from './caller.js';
import { ProjectAccess } from './project-access.service.js';

/** Answers who calls, and what an id stands for. */
@Injectable()
export class IdentityService {
  /** What was answered to callers that are still remembered: it is the same until they are looked up again. */
  private readonly answers = new WeakMap<Caller, WhoAmI>();

  constructor(
    private readonly lookups: Lookups,
    private readonly access: ProjectAccess,
    private readonly catalog: AttributeCatalog,
  ) {}

  /** Who the caller is and what they may do; frozen, so that it is serialized once. */
  whoami(caller: Caller): WhoAmI {
    let answer = this.answers.get(caller);
    if (!answer) this.answers.set(caller, (answer = Object.freeze(describe(caller))));
    return answer;
  }

  /** What an id stands for. @throws AppError `not_found`, also for what the caller may not see */
  async lookup(ctx: RequestContext, caller: Caller, id: string): Promise<Lookup> {
    const lookup = this.lookups.for(id);
    const found = lookup && isId(id) ? await lookup.find(ctx, id) : null;
    const hidden = found && (await this.hiddenFrom(caller, found, lookup!.permission));
    if (!found || !hidden) throw new AppError('not_found');
    const { object, madeOf } = lookup!;
    const name = this.catalog.redaction(hidden).label(madeOf, found.name);
    return { id, object, project_id: found.projectId, name, url: found.url };
  }

  /** What the project of something found hides from the caller; null when they may not see it at all. */
  private async hiddenFrom(
    caller: Caller,
    found: Found,
    permission: Parameters<RequestContext['can']>[0],
  ): Promise<HiddenAttributes | null> {
    // What belongs to no project was found only because it is the caller's to see.
    if (found.projectId === null) return NOTHING_HIDDEN;
    if (caller.kind === 'api_key') {
      const { key } = caller;
      // What its member owns is the member's to see, signed in.
      const may = key.permissions.has(permission) || found.id === key.id || owns(found, key.id);
      return found.projectId === key.project.id && may ? key.hidden : null;
    }
    const grant = await this.access.ofUser(caller, found.projectId);
    const may = grant && (grant.permissions.has(permission) || owns(found, grant.memberId));
    return may ? grant.hidden : null;
  }
}

function owns(found: Found, id: string | null): boolean {
  return id !== null && (found.owners?.includes(id) ?? false);
}

function describe(caller: Caller): WhoAmI {
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
