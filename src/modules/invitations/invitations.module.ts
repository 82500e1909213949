import './invitation.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { UsersModule } from '../users/users.module.js';
import { InvitationEntity } from './invitation.entity.js';
import { InvitationFacet } from './invitation.facet.js';
import { InvitationRepository } from './invitation.repository.js';
import { InvitationService } from './invitation.service.js';
import { InvitationAcceptors } from './invitation-acceptor.js';
import { InvitationAnswerController } from './invitation-answer.controller.js';
import { InvitationAnswers } from './invitation-answers.service.js';
import { InvitationPageController } from './invitation-page.controller.js';

/**
 * Invitations by mail to whatever takes people in: projects and organizations register as acceptors. An invitation is
 * answered once, by whoever proves its address.
 */
@Module({
  imports: [TypeOrmModule.forFeature([InvitationEntity]), UsersModule, NotificationsModule],
  controllers: [InvitationAnswerController, InvitationPageController],
  providers: [
    InvitationRepository,
    InvitationFacet,
    InvitationAcceptors,
    InvitationService,
    InvitationAnswers,
  ],
  exports: [InvitationAcceptors, InvitationService],
})
export class InvitationsModule {}
