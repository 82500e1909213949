import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Requests of one series in one hour. */
@Entity('usage_hours')
export class UsageHourEntity {
  @PrimaryColumn('int')
  series_id!: number;

  /** Whole hours since 1970, UTC. */
  @PrimaryColumn('int')
  hour!: number;

  @Column('bigint')
  requests!: number;

  /** Those of them that have no line in the log. */
  @Column('bigint')
  unlogged!: number;
}

/** Requests of one series on one day. */
@Entity('usage_days')
export class UsageDayEntity {
  @PrimaryColumn('int')
  series_id!: number;

  /** Whole days since 1970, UTC. */
  @PrimaryColumn('int')
  day!: number;

  @Column('bigint')
  requests!: number;

  /** Those of them that have no line in the log. */
  @Column('bigint')
  unlogged!: number;
}
