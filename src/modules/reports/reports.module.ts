import './report.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { UsersModule } from '../users/users.module.js';
import { RemoveReport } from './remove-report.job.js';
import { ReportController } from './report.controller.js';
import { ReportEntity } from './report.entity.js';
import { ReportFacet } from './report.facet.js';
import { ReportRepository } from './report.repository.js';
import { ReportService } from './report.service.js';
import { ReportAccess } from './report-access.service.js';
import { ReportDownload } from './report-download.service.js';
import { ReportFiles } from './report-files.service.js';
import { ReportNotices } from './report-notices.service.js';
import { ReportSweep } from './report-sweep.service.js';
import { ReportWriter } from './report-writer.service.js';
import { WriteReport } from './write-report.job.js';

/**
 * Files with what projects have, written in the background whatever modules the rows come from. Nobody gets one that shows
 * what they could not read, and nothing is half there.
 */
@Module({
  imports: [TypeOrmModule.forFeature([ReportEntity]), ProjectsModule, UsersModule, NotificationsModule],
  controllers: [ReportController],
  providers: [
    ReportRepository,
    ReportAccess,
    ReportService,
    ReportDownload,
    ReportFiles,
    ReportNotices,
    ReportWriter,
    WriteReport,
    RemoveReport,
    ReportSweep,
    ReportFacet,
  ],
})
export class ReportsModule {}
