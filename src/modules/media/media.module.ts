import './media.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProjectsModule } from '../projects/projects.module.js';
import { CdnController } from './cdn.controller.js';
import { CdnService } from './cdn.service.js';
import { DiscardedMedia } from './discarded-media.service.js';
import { MediaController } from './media.controller.js';
import { MediaFacet } from './media.facet.js';
import { MediaService } from './media.service.js';
import { MediaFileEntity } from './media-file.entity.js';
import { MediaFileRepository } from './media-file.repository.js';
import { MediaPurge } from './media-purge.service.js';
import { MediaQuota } from './media-quota.service.js';
import { MediaSweep } from './media-sweep.service.js';
import { MediaTotalsEntity } from './media-totals.entity.js';
import { MediaTotalsRepository } from './media-totals.repository.js';
import { ServedFiles } from './served-files.js';
import { SignedUrls } from './signed-urls.js';
import { UploadInterceptor } from './upload.interceptor.js';
import { UploadService } from './upload.service.js';

/**
 * Files of projects, and the addresses under which they are served. A file is there whole or not at all, the same bytes
 * once in a project, and what must not be served is not, within a second in every process.
 */
@Module({
  imports: [TypeOrmModule.forFeature([MediaFileEntity, MediaTotalsEntity]), ProjectsModule],
  controllers: [MediaController, CdnController],
  providers: [
    MediaFileRepository,
    MediaTotalsRepository,
    MediaQuota,
    MediaService,
    DiscardedMedia,
    UploadService,
    UploadInterceptor,
    ServedFiles,
    SignedUrls,
    CdnService,
    MediaPurge,
    MediaSweep,
    MediaFacet,
  ],
})
export class MediaModule {}
