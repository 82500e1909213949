import type { BlobRows } from '../kernel/backup/blob-rows.js';
import { MEDIA_BLOBS } from '../modules/media/media-blobs.js';
import { REPORT_BLOBS } from '../modules/reports/report-blobs.js';

/** Every module that keeps bytes in the storage. */
export const BLOB_ROWS: readonly BlobRows[] = [MEDIA_BLOBS, REPORT_BLOBS];
