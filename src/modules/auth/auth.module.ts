import { Global, Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { InvitationsModule } from '../invitations/invitations.module.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { QuotaModule } from '../quota/quota.module.js';
import { RolesModule } from '../roles/roles.module.js';
import { TeamsModule } from '../teams/teams.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessGuard } from './access.guard.js';
import { AccountController } from './account.controller.js';
import { ActivationPageController } from './activation-page.controller.js';
import { AuthenticationGuard } from './authentication.guard.js';
import { BasicStrategy } from './basic.strategy.js';
import { BearerStrategy } from './bearer.strategy.js';
import { Callers } from './callers.service.js';
import { FailedSignIns } from './failed-sign-ins.service.js';
import { FirstAdmin } from './first-admin.service.js';
import { IdentityController } from './identity.controller.js';
import { IdentityService } from './identity.service.js';
import { OidcController } from './oidc.controller.js';
import { OidcProvider } from './oidc-provider.service.js';
import { OidcSignIn } from './oidc-sign-in.service.js';
import { OwnAccountController } from './own-account.controller.js';
import { OwnTotp } from './own-totp.service.js';
import { PresentPassword } from './present-password.service.js';
import { ProjectAccess } from './project-access.service.js';
import { RateGuard } from './rate.guard.js';
import { RegistrationService } from './registration.service.js';
import { RegistrationRule } from './registration-rule.service.js';
import { SecurityEventsController } from './security-events.controller.js';
import { SignInService } from './sign-in.service.js';
import { SignInThrottle } from './sign-in-throttle.js';
import { TotpController } from './totp.controller.js';
import { TotpTickets } from './totp-tickets.js';
import { UsageHook } from './usage.hook.js';

/**
 * Who calls and what they may do: strategies, guards, sign-in, registration. Whatever carries credentials that are not
 * understood is refused. Global for the app-wide guards; no module imports it.
 */
@Global()
@Module({
  imports: [
    PassportModule,
    QuotaModule,
    UsersModule,
    InvitationsModule,
    OrganizationsModule,
    RolesModule,
    TeamsModule,
    ProjectsModule,
    ApiKeysModule,
    NotificationsModule,
    UsageModule,
  ],
  controllers: [
    AccountController,
    OwnAccountController,
    TotpController,
    OidcController,
    SecurityEventsController,
    IdentityController,
    ActivationPageController,
  ],
  providers: [
    Callers,
    BasicStrategy,
    BearerStrategy,
    ProjectAccess,
    AuthenticationGuard,
    AccessGuard,
    RateGuard,
    UsageHook,
    SignInThrottle,
    PresentPassword,
    OwnTotp,
    TotpTickets,
    OidcProvider,
    OidcSignIn,
    SignInService,
    FailedSignIns,
    RegistrationRule,
    RegistrationService,
    FirstAdmin,
    IdentityService,
  ],
  exports: [AuthenticationGuard, AccessGuard, RateGuard, ProjectAccess, FirstAdmin, UsageHook],
})
export class AuthModule {}
