import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { ProjectOwner } from '../../kernel/facets/project-owner.port.js';
import { ProjectRepository } from './project.repository.js';

/** Tells the modules below who owns a project. */
@Injectable()
export class StoredProjectOwner extends ProjectOwner {
  constructor(private readonly projects: ProjectRepository) {
    super();
  }

  override async of(ctx: RequestContext, projectId: string): Promise<string | null> {
    return (await this.projects.find(ctx, projectId))?.owner_id ?? null;
  }

  override async lockOwnedByOther(ctx: RequestContext, projectId: string, userId: string): Promise<boolean> {
    const project = await this.projects.lock(ctx, projectId);
    return project !== null && project.owner_id !== userId;
  }
}
