import './api-key.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { QuotaModule } from '../quota/quota.module.js';
import { RolesModule } from '../roles/roles.module.js';
import { TeamsModule } from '../teams/teams.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { ApiKeyController } from './api-key.controller.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeyFacet } from './api-key.facet.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { ApiKeyService } from './api-key.service.js';
import { ApiKeyList } from './api-key-list.service.js';
import { KeyCheckController } from './key-check.controller.js';
import { KeyCheckService } from './key-check.service.js';
import { KeyCountRepository } from './key-count.repository.js';
import { KeyEffectsFacet } from './key-effects.facet.js';
import { KeyExpiryNotices } from './key-expiry.service.js';
import { KeyImpactController } from './key-impact.controller.js';
import { KeyImpactService } from './key-impact.service.js';
import { KeyItems } from './key-items.service.js';
import { KeyLifetimes } from './key-lifetimes.service.js';
import { KeyLookup } from './key-lookup.service.js';
import { KeyRights } from './key-rights.service.js';
import { KeyUsage } from './key-usage.service.js';
import { RequestExplanationController } from './request-explanation.controller.js';
import { RequestExplanationService } from './request-explanation.service.js';

/**
 * Credentials of scripts: issuing, limiting and ending them, and the one decision whether a key may pass. A secret is shown
 * once and kept as a hash; a key that is stopped here stops on its next request.
 */
@Module({
  imports: [
    TypeOrmModule.forFeature([ApiKeyEntity]),
    RolesModule,
    TeamsModule,
    ProjectsModule,
    UsageModule,
    NotificationsModule,
    QuotaModule,
  ],
  controllers: [ApiKeyController, KeyCheckController, KeyImpactController, RequestExplanationController],
  providers: [
    ApiKeyRepository,
    KeyCountRepository,
    ApiKeyService,
    ApiKeyList,
    KeyItems,
    KeyExpiryNotices,
    KeyLifetimes,
    KeyRights,
    KeyLookup,
    KeyUsage,
    KeyCheckService,
    ApiKeyFacet,
    KeyEffectsFacet,
    KeyImpactService,
    RequestExplanationService,
  ],
  exports: [KeyLookup, KeyUsage],
})
export class ApiKeysModule {}
