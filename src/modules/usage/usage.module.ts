import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseQuotaStore } from './database-quota.store.js';
import { QuotaEntity } from './quota.entity.js';
import { QuotaRepository } from './quota.repository.js';
import { RequestLogCount } from './request-log-count.service.js';
import { RequestLogEntity } from './request-log.entity.js';
import { RequestLogRepository } from './request-log.repository.js';
import { RequestLogService } from './request-log.service.js';
import { RequestRecorder } from './request-recorder.service.js';
import { RequestRecordingRepository } from './request-recording.repository.js';
import { RequestSeriesEntity } from './request-series.entity.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import { SharedQuota } from './shared-quota.service.js';
import { UsageDayEntity, UsageHourEntity } from './usage-count.entity.js';
import { UsageController } from './usage.controller.js';
import { UsageFacet } from './usage.facet.js';
import { UsageLimits } from './usage-limits.service.js';
import { UsageRepository } from './usage.repository.js';
import { UsageService } from './usage.service.js';

/** Subscription limits, the request log and the meter. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      ...[RequestSeriesEntity, RequestLogEntity],
      ...[UsageHourEntity, UsageDayEntity, QuotaEntity],
    ]),
  ],
  controllers: [UsageController],
  providers: [
    QuotaRepository,
    DatabaseQuotaStore,
    SharedQuota,
    UsageLimits,
    RequestSeriesRepository,
    RequestRecordingRepository,
    RequestRecorder,
    RequestLogRepository,
    RequestLogCount,
    RequestLogService,
    UsageRepository,
    UsageService,
    UsageFacet,
  ],
  exports: [UsageLimits, RequestRecorder, RequestLogService, UsageService],
})
export class UsageModule {}
