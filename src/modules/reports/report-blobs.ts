import type { BlobRows } from '../../kernel/backup/blob-rows.js';
import { blobKey, type ReportEntity } from './report.entity.js';

/** The files of reports that can be downloaded. */
export const REPORT_BLOBS: BlobRows = {
  table: 'reports',
  of(row) {
    const { id, project_id, run, status, stored, deleted, bytes, sha256 } = row as unknown as ReportEntity;
    if (status !== 'ready' || !stored || deleted || sha256 === null) return null;
    return { key: blobKey({ id, project_id }, Number(run)), bytes: Number(bytes), sha256 };
  },
};
