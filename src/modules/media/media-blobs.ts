import type { BlobRows } from '../../kernel/backup/blob-rows.js';
import { blobKey, type MediaFileEntity } from './media-file.entity.js';

const KEPT: readonly MediaFileEntity['status'][] = ['active', 'suspended', 'deleted'];

/** The bytes of files: of deleted ones, too, which can be restored. */
export const MEDIA_BLOBS: BlobRows = {
  table: 'media_files',
  of(row) {
    const { id, project_id, size, status, sha256 } = row as unknown as MediaFileEntity;
    if (sha256 === null || !KEPT.includes(status)) return null;
    return { key: blobKey({ id, project_id }), bytes: Number(size), sha256 };
  },
};
