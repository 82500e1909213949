import './environment.events.js';
import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Promotions } from '../../kernel/facets/promotions.port.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { CloneService } from './clone.service.js';
import { ConfigurationTransfer } from './configuration-transfer.service.js';
import { DriftService } from './drift.service.js';
import { EnvironmentController } from './environment.controller.js';
import { EnvironmentFacet } from './environment.facet.js';
import { EnvironmentService } from './environment.service.js';
import { HandoffService } from './handoff.service.js';
import { ProjectPairEntity } from './project-pair.entity.js';
import { ProjectPairRepository } from './project-pair.repository.js';
import { PromotionController } from './promotion.controller.js';
import { PromotionService } from './promotion.service.js';
import { PromotionApply } from './promotion-apply.service.js';
import { PromotionNotices } from './promotion-notices.service.js';
import { PromotionPlanEntity, PromotionRequestEntity } from './promotion-request.entity.js';
import { PromotionRequestRepository } from './promotion-request.repository.js';
import { PromotionRollback } from './promotion-rollback.service.js';
import { PromotionTargets } from './promotion-targets.service.js';
import { StoredPromotions } from './stored-promotions.js';

/**
 * The way of a project from sandbox to production: handoff, promotion, clone, drift. What travels is planned before it is
 * applied, and a plan that is out of date is never applied. Global for `Promotions`, which the modules below ask.
 */
@Global()
@Module({
  imports: [
    TypeOrmModule.forFeature([ProjectPairEntity, PromotionRequestEntity, PromotionPlanEntity]),
    ProjectsModule,
    NotificationsModule,
  ],
  controllers: [EnvironmentController, PromotionController],
  providers: [
    ProjectPairRepository,
    PromotionRequestRepository,
    ConfigurationTransfer,
    HandoffService,
    DriftService,
    CloneService,
    EnvironmentService,
    PromotionNotices,
    PromotionService,
    PromotionTargets,
    PromotionApply,
    PromotionRollback,
    EnvironmentFacet,
    { provide: Promotions, useClass: StoredPromotions },
  ],
  exports: [Promotions],
})
export class EnvironmentsModule {}
