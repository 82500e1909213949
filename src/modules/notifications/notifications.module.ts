import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConfiguredMailer } from './configured.mailer.js';
import { DeliverMailJob } from './deliver-mail.job.js';
import { MailLimits } from './mail-limits.js';
import { Mailer } from './mailer.js';
import { NotificationController } from './notification.controller.js';
import { Notification } from './notification.entity.js';
import { NotificationFacet } from './notification.facet.js';
import { NotificationRepository } from './notification.repository.js';
import { NotificationService } from './notification.service.js';

/**
 * Mail: written with what caused it, delivered by a job. A mail commits with its cause, is tried until it is delivered or
 * given up, and its text is erased then.
 */
@Module({
  imports: [TypeOrmModule.forFeature([Notification])],
  controllers: [NotificationController],
  providers: [
    NotificationRepository,
    NotificationService,
    MailLimits,
    DeliverMailJob,
    NotificationFacet,
    { provide: Mailer, useClass: ConfiguredMailer },
  ],
  exports: [MailLimits, NotificationService],
})
export class NotificationsModule {}
