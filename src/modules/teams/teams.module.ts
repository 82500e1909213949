import './member.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { InvitationsModule } from '../invitations/invitations.module.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { RolesModule } from '../roles/roles.module.js';
import { UsersModule } from '../users/users.module.js';
import { MemberController } from './member.controller.js';
import { MemberEntity } from './member.entity.js';
import { MemberRepository } from './member.repository.js';
import { MemberService } from './member.service.js';
import { MemberChanges } from './member-changes.service.js';
import { TeamExport } from './team.export.js';
import { TeamFacet } from './team.facet.js';
import { TeamEffectsFacet } from './team-effects.facet.js';
import { TeamInvitationController } from './team-invitation.controller.js';
import { TeamInvitations } from './team-invitations.service.js';
import { TeamList } from './team-list.service.js';

/**
 * The people of a project and their invitations. A project always has exactly one owner in its team, who cannot be removed,
 * suspended or demoted.
 */
@Module({
  imports: [
    TypeOrmModule.forFeature([MemberEntity]),
    InvitationsModule,
    UsersModule,
    RolesModule,
    OrganizationsModule,
    NotificationsModule,
  ],
  controllers: [MemberController, TeamInvitationController],
  providers: [
    MemberRepository,
    MemberService,
    MemberChanges,
    TeamList,
    TeamInvitations,
    TeamExport,
    TeamFacet,
    TeamEffectsFacet,
  ],
  exports: [MemberService, TeamList],
})
export class TeamsModule {}
