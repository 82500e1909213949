import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import { CreateProject, ListProjects, Project, ProjectPage, ProjectRecord } from './project.dto.js';
import { ProjectService } from './project.service.js';

const TAG: Tag = {
  name: 'Projects',
  description: 'The unit of isolation: nothing of one project is ever visible from another.',
  place: 40,
};

@Docs.tag(TAG)
@Controller('projects')
export class ProjectController {
  constructor(private readonly projects: ProjectService) {}

  @Get()
  @Access('any')
  @Docs({
    summary: 'The projects you may see',
    description:
      'People see the projects of their teams and organizations, a key sees its own project, and platform admins see all. ' +
      'Without `project:read` in a project, everything but its name, status and environment is hidden.',
    ok: ProjectPage,
    filters: { q: ['project.name'] },
    errors: ['invalid_cursor'],
  })
  list(@Ctx() ctx: RequestContext, @Query({ schema: ListProjects }) query: ListProjects) {
    return this.projects.list(ctx, query);
  }

  @Post()
  @Access('session')
  @Mutation(['project.created'])
  @Docs({
    summary: 'Create a project',
    description: 'For yourself or, as a platform admin, for an owner named by id or e-mail address.',
    created: Project,
    errors: ['promotion_not_approved', 'project_limit_reached', 'permission_denied'],
  })
  create(@Ctx() ctx: RequestContext, @Body({ schema: CreateProject }) body: CreateProject) {
    return this.projects.create(ctx, body);
  }

  @Get(':id')
  @Access('project:read')
  @Docs({ name: 'Project_get', summary: "A project's record", ok: ProjectRecord })
  record(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return this.projects.record(ctx, id);
  }
}
