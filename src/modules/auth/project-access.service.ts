import { Injectable } from '@nestjs/common';
import { AccessCache } from '../../kernel/access-cache/access-cache.js';
import { type Grant, RequestContext } from '../../kernel/context/request-context.js';
import { type ProjectGrant, ProjectRights } from '../projects/project-rights.service.js';
import type { UserCaller } from './caller.js';

const CTX = RequestContext.reading('access');

/** What people may do in projects, remembered for at most a second. */
@Injectable()
export class ProjectAccess {
  constructor(
    private readonly rights: ProjectRights,
    private readonly cache: AccessCache,
  ) {}

  /** Null when the project does not exist, or may not even be known to exist. */
  ofUser({ user, principal }: UserCaller, projectId: string): Promise<(ProjectGrant & Grant) | null> {
    return this.cache.getOrLoad(`${user.id} ${projectId}`, async () => {
      const grant = await this.rights.of(CTX, user, projectId);
      return grant && { ...grant, principal };
    });
  }
}
