import './retention.events.js';
import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KeptDays } from '../../kernel/facets/kept-days.port.js';
import { DailyPurge } from './daily-purge.service.js';
import { PurgeRuns } from './purge-runs.service.js';
import { RetentionController } from './retention.controller.js';
import { RetentionFacet } from './retention.facet.js';
import { RetentionService } from './retention.service.js';
import { RetentionConfiguration } from './retention-configuration.js';
import { RetentionKeptDays } from './retention-kept-days.js';
import { RetentionRoundEntity, RetentionRunEntity } from './retention-run.entity.js';
import { RetentionRunRepository } from './retention-run.repository.js';
import { RetentionSettingsEntity } from './retention-settings.entity.js';
import { RetentionSettingsRepository } from './retention-settings.repository.js';

/**
 * How long projects keep what grows, and the job that deletes the rest. It keeps nobody waiting, bears being killed, and
 * leaves one entry in the event log for each run. Global for a port of the kernel.
 */
@Global()
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
    { provide: KeptDays, useClass: RetentionKeptDays },
  ],
  exports: [KeptDays],
})
export class RetentionModule {}
