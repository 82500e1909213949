import './api-key.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
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
import { KeyCheckController } from './key-check.controller.js';
import { KeyCheckService } from './key-check.service.js';
import { KeyImpactController } from './key-impact.controller.js';
import { KeyImpactService } from './key-impact.service.js';
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
    QuotaModule,
  ],
  controllers: [ApiKeyController, KeyCheckController, KeyImpactController, RequestExplanationController],
  providers: [
    ApiKeyRepository,
    ApiKeyService,
    KeyRights,
    KeyLookup,
    KeyUsage,
    KeyCheckService,
    KeyImpactService,
    RequestExplanationService,
    ApiKeyFacet,
  ],
  exports: [KeyLookup, KeyUsage],
})
export class ApiKeysModule {}
