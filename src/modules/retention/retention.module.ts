import './retention.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DailyPurge } from './daily-purge.service.js';
import { PurgeRuns } from './purge-runs.service.js';
import { RetentionController } from './retention.controller.js';
import { RetentionFacet } from './retention.facet.js';
import { RetentionService } from './retention.service.js';
import { RetentionConfiguration } from './retention-configuration.js';
import { RetentionRoundEntity, RetentionRunEntity } from './retention-run.entity.js';
import { RetentionRunRepository } from './retention-run.repository.js';
import { RetentionSettingsEntity } from './retention-settings.entity.js';
import { RetentionSettingsRepository } from './retention-settings.repository.js';

/**
 * How long projects keep what grows, and the job that deletes the rest. It keeps nobody waiting, bears being killed, and
 * leaves one entry in the event log for each run.
 */
@Module({
  imports: [TypeOrmModule.forFeature([RetentionSettingsEntity, RetentionRunEntity, RetentionRoundEntity])],
  controllers: [RetentionController],
  providers: [
    RetentionSettingsRepository,
    RetentionRunRepository,
    PurgeRuns,
    RetentionService,
    RetentionConfiguration,
    RetentionFacet,
    DailyPurge,
  ],
})
export class RetentionModule {}
