import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AccessCacheModule } from './kernel/access-cache/access-cache.module.js';
import { AppSecretModule } from './kernel/app-secret/app-secret.module.js';
import { AttemptsModule } from './kernel/attempts/attempts.module.js';
import { Buffers } from './kernel/buffers/buffers.js';
import { BuffersModule } from './kernel/buffers/buffers.module.js';
import type { Config } from './kernel/config/config.js';
import { ConfigModule } from './kernel/config/config.module.js';
import { CryptoModule } from './kernel/crypto/crypto.module.js';
import { DatabaseModule } from './kernel/database/database.module.js';
import { FacetsModule } from './kernel/facets/facets.module.js';
import { ErrorFilter } from './kernel/http/error.filter.js';
import { HttpModule } from './kernel/http/http.module.js';
import { ValidationPipe } from './kernel/http/validation.js';
import { JobsModule } from './kernel/jobs/jobs.module.js';
import { MetricsModule } from './kernel/metrics/metrics.module.js';
import { MutationsModule } from './kernel/mutations/mutations.module.js';
import { OutboxModule } from './kernel/outbox/outbox.module.js';
import { OutgoingModule } from './kernel/outgoing/outgoing.module.js';
import { RoutesModule } from './kernel/routes/routes.module.js';
import { StorageModule } from './kernel/storage/storage.module.js';
import { VisibilityModule } from './kernel/visibility/visibility.module.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { AlertsModule } from './modules/alerts/alerts.module.js';
import { ApiKeysModule } from './modules/api-keys/api-keys.module.js';
import { AuditModule } from './modules/audit/audit.module.js';
import { AccessGuard } from './modules/auth/access.guard.js';
import { AuthModule } from './modules/auth/auth.module.js';
import { AuthenticationGuard } from './modules/auth/authentication.guard.js';
import { RateGuard } from './modules/auth/rate.guard.js';
import { CustomersModule } from './modules/customers/customers.module.js';
import { EntitlementsModule } from './modules/entitlements/entitlements.module.js';
import { EnvironmentsModule } from './modules/environments/environments.module.js';
import { HealthModule } from './modules/health/health.module.js';
import { InvitationsModule } from './modules/invitations/invitations.module.js';
import { LedgerModule } from './modules/ledger/ledger.module.js';
import { MediaModule } from './modules/media/media.module.js';
import { NotificationsModule } from './modules/notifications/notifications.module.js';
import { OrganizationsModule } from './modules/organizations/organizations.module.js';
import { ProjectsModule } from './modules/projects/projects.module.js';
import { QuotaModule } from './modules/quota/quota.module.js';
import { ReportsModule } from './modules/reports/reports.module.js';
import { RetentionModule } from './modules/retention/retention.module.js';
import { RolesModule } from './modules/roles/roles.module.js';
import { SettingsModule } from './modules/settings/settings.module.js';
import { SlotsModule } from './modules/slots/slots.module.js';
import { TeamsModule } from './modules/teams/teams.module.js';
import { UsageModule } from './modules/usage/usage.module.js';
import { UsersModule } from './modules/users/users.module.js';
import { WebhooksModule } from './modules/webhooks/webhooks.module.js';

/** The kernel's modules that every process has. */
const kernel = (config: Config) => [
  ConfigModule.forRoot(config),
  CryptoModule,
  DatabaseModule.forRoot(MIGRATIONS),
  BuffersModule,
  AccessCacheModule,
  MutationsModule,
  FacetsModule,
  AppSecretModule,
  JobsModule.forRoot(config),
  AttemptsModule,
  OutboxModule,
  OutgoingModule,
  RoutesModule,
  StorageModule,
  VisibilityModule,
];

/** The features. */
const FEATURES = [
  AuditModule,
  NotificationsModule,
  RolesModule,
  UsersModule,
  InvitationsModule,
  UsageModule,
  QuotaModule,
  OrganizationsModule,
  TeamsModule,
  ProjectsModule,
  ApiKeysModule,
  MediaModule,
  WebhooksModule,
  CustomersModule,
  LedgerModule,
  SlotsModule,
  EntitlementsModule,
  AlertsModule,
  SettingsModule,
  EnvironmentsModule,
  RetentionModule,
  ReportsModule,
];

/** Every module, and the one ordered list of what each request passes. */
@Module({})
export class AppModule implements OnApplicationShutdown {
  constructor(private readonly buffers: Buffers) {}

  /** The root's turn comes after the last request, and before any other module's: the database is still open. */
  onApplicationShutdown(): Promise<void> {
    return this.buffers.flushAll();
  }

  /** The process that answers HTTP. */
  static forHttp(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [...kernel(config), HttpModule, MetricsModule, ...FEATURES, AuthModule, HealthModule],
      providers: [
        { provide: APP_GUARD, useExisting: AuthenticationGuard },
        { provide: APP_GUARD, useExisting: AccessGuard },
        // Spends quota, and so comes after everything that may refuse.
        { provide: APP_GUARD, useExisting: RateGuard },
        // Interceptors: none for all; @Mutation attaches its own.
        { provide: APP_PIPE, useClass: ValidationPipe },
        { provide: APP_FILTER, useClass: ErrorFilter },
      ],
    };
  }

  /** The process that only does jobs. */
  static forJobs(config: Config): DynamicModule {
    return { module: AppModule, imports: [...kernel(config), MetricsModule, ...FEATURES] };
  }
}
