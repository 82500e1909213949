import './alert.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { AlertFacet } from './alert.facet.js';
import { AlertEvaluation } from './alert-evaluation.service.js';
import { AlertThresholdController } from './alert-threshold.controller.js';
import { AlertThresholdEntity } from './alert-threshold.entity.js';
import { AlertThresholdRepository } from './alert-threshold.repository.js';
import { AlertThresholdService } from './alert-threshold.service.js';
import { AlertThresholdConfiguration } from './alert-threshold-configuration.js';

/**
 * Thresholds on a project's metrics, and the job that watches them. A threshold fires once for each crossing, however many
 * processes look at it.
 */
@Module({
  imports: [TypeOrmModule.forFeature([AlertThresholdEntity]), ProjectsModule, NotificationsModule],
  controllers: [AlertThresholdController],
  providers: [
    AlertThresholdRepository,
    AlertThresholdService,
    AlertThresholdConfiguration,
    AlertEvaluation,
    AlertFacet,
  ],
})
export class AlertsModule {}
