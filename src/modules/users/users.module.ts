import './user.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { AccountRescue } from './account-rescue.service.js';
import { ActivationMails } from './activation-mails.service.js';
import { EmailChangePageController } from './email-change-page.controller.js';
import { EmailChanges } from './email-changes.service.js';
import { ExpiredCredentials } from './expired-credentials.service.js';
import { Locations } from './locations.js';
import { MailResetJob } from './mail-reset.job.js';
import { NewLinkPageController } from './new-link-page.controller.js';
import { PasswordChanges } from './password-changes.service.js';
import { PasswordResetController } from './password-reset.controller.js';
import { PasswordResetPageController } from './password-reset-page.controller.js';
import { PasswordResetThrottle } from './password-reset-throttle.js';
import { Passwords } from './passwords.js';
import { SessionEntity } from './session.entity.js';
import { SessionFacet } from './session.facet.js';
import { SessionRepository } from './session.repository.js';
import { SessionService } from './session.service.js';
import { RecoveryCodeEntity, TotpEntity } from './totp.entity.js';
import { TotpRepository } from './totp.repository.js';
import { TotpService } from './totp.service.js';
import { UserController } from './user.controller.js';
import { UserEntity } from './user.entity.js';
import { UserFacet } from './user.facet.js';
import { UserRepository } from './user.repository.js';
import { UserService } from './user.service.js';
import { UserAdministrationController } from './user-administration.controller.js';
import { UserAdministration } from './user-administration.service.js';
import { UserTokenEntity } from './user-token.entity.js';
import { UserTokenRepository } from './user-token.repository.js';

/**
 * Accounts, sessions and passwords. Tokens and passwords are kept as hashes only; a password change, a reset or a suspension
 * ends the sessions at once.
 */
@Module({
  imports: [
    TypeOrmModule.forFeature([UserEntity, SessionEntity, UserTokenEntity, TotpEntity, RecoveryCodeEntity]),
    NotificationsModule,
  ],
  controllers: [
    UserController,
    UserAdministrationController,
    PasswordResetController,
    PasswordResetPageController,
    NewLinkPageController,
    EmailChangePageController,
  ],
  providers: [
    UserRepository,
    UserTokenRepository,
    SessionRepository,
    Passwords,
    Locations,
    PasswordResetThrottle,
    ActivationMails,
    PasswordChanges,
    EmailChanges,
    MailResetJob,
    UserService,
    UserAdministration,
    SessionService,
    TotpRepository,
    TotpService,
    AccountRescue,
    ExpiredCredentials,
    UserFacet,
    SessionFacet,
  ],
  exports: [
    UserService,
    SessionService,
    PasswordChanges,
    ActivationMails,
    EmailChanges,
    UserAdministration,
    TotpService,
  ],
})
export class UsersModule {}
