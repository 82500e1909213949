import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RetentionKind } from '../../kernel/facets/purging.js';

/** How many rows of each kind a run has deleted; those of which there were none are left out. */
export type Deleted = Partial<Record<RetentionKind, number>>;

/** A run that deletes something of a project, from its beginning to its entry in the event log. */
@Entity('retention_runs')
export class RetentionRunEntity {
  @PrimaryColumn('varchar')
  project_id!: string;

  /** Who works on it. */
  @Column('varchar')
  holder!: string;

  @Column('simple-json')
  deleted!: Deleted;

  @Column('datetime', { precision: 3 })
  started_at!: Date;

  /** When whoever works on it counts as gone, and another one goes on. */
  @Column('datetime', { precision: 3 })
  lease_until!: Date;
}

/** How far the daily round has come. There is one row. */
@Entity('retention_rounds')
export class RetentionRoundEntity {
  @PrimaryColumn('varchar')
  id!: string;

  /** The day of the round, UTC: `2026-01-31`. */
  @Column('varchar')
  day!: string;

  /** The last project that somebody has taken on. */
  @Column('varchar')
  after!: string;
}
