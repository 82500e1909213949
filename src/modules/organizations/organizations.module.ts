import './organization.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { InvitationsModule } from '../invitations/invitations.module.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { QuotaModule } from '../quota/quota.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { UsersModule } from '../users/users.module.js';
import { OrganizationController } from './organization.controller.js';
import { OrganizationEntity } from './organization.entity.js';
import { OrganizationFacet } from './organization.facet.js';
import { OrganizationRepository } from './organization.repository.js';
import { OrganizationService } from './organization.service.js';
import { OrganizationDeletion } from './organization-deletion.service.js';
import { OrganizationEventsController } from './organization-events.controller.js';
import { OrganizationInvitationController } from './organization-invitation.controller.js';
import { OrganizationInvitations } from './organization-invitations.service.js';
import { OrganizationLimit } from './organization-limit.service.js';
import { OrganizationMemberController } from './organization-member.controller.js';
import { OrganizationMemberEntity } from './organization-member.entity.js';
import { OrganizationMemberRepository } from './organization-member.repository.js';
import { OrganizationMembers } from './organization-members.service.js';
import { OrganizationRequestsController } from './organization-requests.controller.js';
import { OrganizationRequests } from './organization-requests.service.js';
import { OrganizationUsage } from './organization-usage.service.js';

/**
 * Who owns projects and holds the subscription whose quota they share; its members, roles and invitations. An
 * organization has exactly one owner at any time.
 */
@Module({
  imports: [
    TypeOrmModule.forFeature([OrganizationEntity, OrganizationMemberEntity]),
    UsersModule,
    InvitationsModule,
    UsageModule,
    QuotaModule,
    NotificationsModule,
  ],
  controllers: [
    OrganizationController,
    OrganizationMemberController,
    OrganizationInvitationController,
    OrganizationRequestsController,
    OrganizationEventsController,
  ],
  providers: [
    OrganizationRepository,
    OrganizationMemberRepository,
    OrganizationService,
    OrganizationUsage,
    OrganizationLimit,
    OrganizationDeletion,
    OrganizationRequests,
    OrganizationFacet,
    OrganizationMembers,
    OrganizationInvitations,
  ],
  exports: [OrganizationService],
})
export class OrganizationsModule {}
