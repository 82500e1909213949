import { Column, Entity, PrimaryColumn } from 'typeorm';

const NUMBER = { transformer: { from: Number, to: (value: number) => value } };

/** What a project has of media, its deleted files until they are purged. */
export interface MediaTotals {
  active: number;
  suspended: number;
  deleted: number;
  /** Of active and suspended files. */
  live_bytes: number;
  deleted_bytes: number;
}

/** Sums of a project's files. */
@Entity('media_totals')
export class MediaTotalsEntity implements MediaTotals {
  @PrimaryColumn('varchar')
  project_id!: string;

  @Column('int')
  active!: number;

  @Column('int')
  suspended!: number;

  @Column('int')
  deleted!: number;

  @Column('bigint', NUMBER)
  live_bytes!: number;

  @Column('bigint', NUMBER)
  deleted_bytes!: number;
}
