import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CutOffCallers } from './cut-off-callers.service.js';
import { KeyTraffic } from './key-traffic.service.js';
import { RequestLogEntity } from './request-log.entity.js';
import { RequestLogExport } from './request-log.export.js';
import { RequestLogRepository } from './request-log.repository.js';
import { RequestLogService } from './request-log.service.js';
import { RequestLogCount } from './request-log-count.service.js';
import { RequestLogPurgeRepository } from './request-log-purge.repository.js';
import { RequestLogPurge } from './request-log-purge.service.js';
import { RequestLogSearch } from './request-log-search.service.js';
import { RequestRecorder } from './request-recorder.service.js';
import { RequestRecordingRepository } from './request-recording.repository.js';
import { RequestSeriesEntity } from './request-series.entity.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import { UsageController } from './usage.controller.js';
import { UsageExport } from './usage.export.js';
import { UsageFacet } from './usage.facet.js';
import { UsageRepository } from './usage.repository.js';
import { UsageService } from './usage.service.js';
import { UsageDayEntity, UsageHourEntity } from './usage-count.entity.js';
import { UsageExportRepository } from './usage-export.repository.js';

/**
 * The request log and the meter: every request with a key, by project, key, member, route and hour. Both are
 * written in one transaction, so that they never disagree.
 */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      ...[RequestSeriesEntity, RequestLogEntity],
      ...[UsageHourEntity, UsageDayEntity],
    ]),
  ],
  controllers: [UsageController],
  providers: [
    RequestSeriesRepository,
    RequestRecordingRepository,
    RequestRecorder,
    RequestLogRepository,
    RequestLogCount,
    RequestLogSearch,
    RequestLogService,
    RequestLogPurgeRepository,
    RequestLogPurge,
    RequestLogExport,
    UsageExportRepository,
    UsageExport,
    UsageRepository,
    UsageService,
    CutOffCallers,
    KeyTraffic,
    UsageFacet,
  ],
  exports: [RequestRecorder, RequestLogService, UsageService, KeyTraffic],
})
export class UsageModule {}
