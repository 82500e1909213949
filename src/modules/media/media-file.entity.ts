import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    med: true;
  }
}
defineId('med', { of: 'the media file', collection: 'media' });

/**
 * `processing` while the bytes arrive. `discarded` is never shown: its bytes are to be removed, then its row. So a blob
 * never outlives its row, wherever the process is killed.
 */
export type MediaStatus = 'processing' | 'active' | 'suspended' | 'deleted' | 'discarded';
export type MediaVisibility = 'public' | 'private';

/** A file of a project. Its bytes are in the storage, under its id. */
@Entity('media_files')
export class MediaFileEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  @Column('varchar')
  name!: string;

  /** The name, folded for search. */
  @Column('varchar')
  search_text!: string;

  /** In bytes. */
  @Column('bigint', { transformer: { from: Number, to: (size: number) => size } })
  size!: number;

  /** What the bytes are, whatever the uploader said. */
  @Column('varchar')
  content_type!: string;

  /** The content type up to its slash: `image`. */
  @Column('varchar')
  kind!: string;

  /** In hexadecimal; null until the bytes are there. */
  @Column('varchar', { nullable: true })
  sha256!: string | null;

  /** The same while the file is active or suspended: a project has the same bytes once. */
  @Column('varchar', { nullable: true })
  live_sha256!: string | null;

  /** Of images, in pixels, as their headers say. */
  @Column('int', { nullable: true })
  width!: number | null;

  @Column('int', { nullable: true })
  height!: number | null;

  @Column('varchar')
  status!: MediaStatus;

  @Column('varchar')
  visibility!: MediaVisibility;

  @Column('varchar')
  uploader_type!: 'user' | 'api_key';

  @Column('varchar')
  uploader_id!: string;

  /** What the uploader was called then. */
  @Column('varchar')
  uploader_name!: string;

  /** Until then the process that receives or removes the bytes is taken to be alive; it renews it. */
  @Column('datetime', { precision: 3, nullable: true })
  lease_until!: Date | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;

  @Column('datetime', { precision: 3, nullable: true })
  deleted_at!: Date | null;
}

/** Where a file's bytes are. */
export function blobKey(file: Pick<MediaFileEntity, 'id' | 'project_id'>): string {
  return `media/${file.project_id}/${file.id}`;
}
