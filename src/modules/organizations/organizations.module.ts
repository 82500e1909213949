import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { UsersModule } from '../users/users.module.js';
import { InvitationAcceptors } from './invitation-acceptor.js';
import { InvitationAnswerController } from './invitation-answer.controller.js';
import { InvitationAnswers } from './invitation-answers.service.js';
import { InvitationEntity } from './invitation.entity.js';
import { InvitationFacet } from './invitation.facet.js';
import { InvitationPageController } from './invitation-page.controller.js';
import { InvitationRepository } from './invitation.repository.js';
import { InvitationService } from './invitation.service.js';
import { OrganizationInvitationController } from './organization-invitation.controller.js';
import { OrganizationInvitations } from './organization-invitations.service.js';
import { OrganizationMemberController } from './organization-member.controller.js';
import { UsageModule } from '../usage/usage.module.js';
import { OrganizationMemberEntity } from './organization-member.entity.js';
import { OrganizationMemberRepository } from './organization-member.repository.js';
import { OrganizationMembers } from './organization-members.service.js';
import { OrganizationController } from './organization.controller.js';
import { OrganizationEntity } from './organization.entity.js';
import { OrganizationFacet } from './organization.facet.js';
import { OrganizationRepository } from './organization.repository.js';
import { OrganizationService } from './organization.service.js';
import { OrganizationRequestsController } from './organization-requests.controller.js';
import { OrganizationRequests } from './organization-requests.service.js';
import { OrganizationUsage } from './organization-usage.service.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([OrganizationEntity, OrganizationMemberEntity, InvitationEntity]),
    UsersModule,
    UsageModule,
    NotificationsModule,
  ],
  controllers: [
    OrganizationController,
    OrganizationMemberController,
    OrganizationInvitationController,
    InvitationAnswerController,
    InvitationPageController,
    OrganizationRequestsController,
  ],
  providers: [
    OrganizationRepository,
    OrganizationMemberRepository,
    OrganizationService,
    OrganizationUsage,
    OrganizationRequests,
    OrganizationFacet,
    InvitationRepository,
    InvitationFacet,
    InvitationAcceptors,
    InvitationService,
    InvitationAnswers,
    OrganizationMembers,
    OrganizationInvitations,
  ],
  exports: [OrganizationService, InvitationAcceptors, InvitationService, InvitationAnswers],
})
export class OrganizationsModule {}
