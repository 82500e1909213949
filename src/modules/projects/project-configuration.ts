import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import type {
  ConfigurationChanges,
  ConfigurationPart,
  ConfiguredItem,
} from '../../kernel/facets/configuration.js';
import type { ProjectEntity } from './project.entity.js';
import { ProjectRepository } from './project.repository.js';
import { projectTarget } from './project.service.js';

/** What of a project's own values travels: purpose, description, country, and how long its keys may live. */
@Injectable()
export class ProjectConfiguration implements ConfigurationPart {
  readonly part = '';
  readonly dependsOn = [];

  constructor(private readonly projects: ProjectRepository) {}

  async snapshot(ctx: RequestContext, projectId: string): Promise<ConfiguredItem[]> {
    const project = ctx.unit?.writing
      ? await this.projects.lock(ctx, projectId)
      : await this.projects.find(ctx, projectId);
    return project ? [{ key: '', name: '', values: travelling(project) }] : [];
  }

  /** A project is never without its own values. */
  async remove(): Promise<void> {}

  async write(
    ctx: RequestContext,
    projectId: string,
    { add, change }: Pick<ConfigurationChanges, 'add' | 'change'>,
  ): Promise<void> {
    for (const { values } of [...add, ...change]) {
      const project = await this.projects.lock(ctx, projectId);
      if (!project) throw new AppError('not_found');
      const after: ProjectEntity = { ...project, ...values };
      await this.projects.updateWhile(ctx, projectId, ['new', 'activated', 'suspended'], travelling(after));
      ctx.audit.effect('project.updated', projectTarget(project), travelling(project), travelling(after));
    }
  }
}

function travelling({ purpose, description, country, key_max_lifetime_days }: ProjectEntity) {
  return { purpose, description, country, key_max_lifetime_days };
}
