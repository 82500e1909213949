import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The log of what belongs to no project. */
export const PLATFORM = 'platform';

/** Where the chain of one log begins and ends. */
@Entity('event_chains')
export class EventChainEntity {
  /** The project's id, or `platform` for entries that belong to no project. */
  @PrimaryColumn('varchar')
  log!: string;

  @Column('bigint')
  last_sequence!: number;

  @Column('varchar')
  last_hash!: string;

  /** Of the newest checkpoint; null while there is none. */
  @Column('bigint', { nullable: true })
  signed_sequence!: number | null;

  @Column('datetime', { precision: 3, nullable: true })
  signed_at!: Date | null;

  /** The last entry that was purged, with all before it; 0 while there is none. What is left is verified from here on. */
  @Column('bigint')
  cut_sequence!: number;

  @Column('varchar')
  cut_hash!: string;
}
