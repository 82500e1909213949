import './project.events.js';
import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProjectOwner } from '../../kernel/facets/project-owner.port.js';
import { InvitationsModule } from '../invitations/invitations.module.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { TeamsModule } from '../teams/teams.module.js';
import { UsersModule } from '../users/users.module.js';
import { ListedProjects } from './listed-projects.service.js';
import { OwnerLimit } from './owner-limit.service.js';
import { ProjectController } from './project.controller.js';
import { ProjectEntity } from './project.entity.js';
import { ProjectsFacet } from './project.facet.js';
import { ProjectRepository } from './project.repository.js';
import { ProjectService } from './project.service.js';
import { ProjectChanges } from './project-changes.service.js';
import { ProjectInvitations } from './project-invitations.js';
import { ProjectMove } from './project-move.service.js';
import { ProjectNotices } from './project-notices.service.js';
import { StoredProjectOwner } from './project-owner.js';
import { ProjectOwnership } from './project-ownership.service.js';
import { ProjectRights } from './project-rights.service.js';

/**
 * The unit of isolation: its record, its life from `new` to `deleted`, its one owner. No row of a project is ever
 * reached from another. Global for `ProjectOwner`, which the modules below ask.
 */
@Global()
@Module({
  imports: [
    TypeOrmModule.forFeature([ProjectEntity]),
    InvitationsModule,
    UsersModule,
    OrganizationsModule,
    TeamsModule,
    NotificationsModule,
  ],
  controllers: [ProjectController],
  providers: [
    ListedProjects,
    ProjectRepository,
    ProjectService,
    ProjectChanges,
    OwnerLimit,
    ProjectNotices,
    ProjectOwnership,
    ProjectMove,
    ProjectInvitations,
    ProjectRights,
    ProjectsFacet,
    { provide: ProjectOwner, useClass: StoredProjectOwner },
  ],
  exports: [
    ProjectService,
    ProjectChanges,
    ProjectNotices,
    ProjectOwnership,
    ProjectOwner,
    ProjectRights,
    ProjectMove,
  ],
})
export class ProjectsModule {}
