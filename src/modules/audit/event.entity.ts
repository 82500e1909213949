import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    evt: true;
  }
}
defineId('evt', { of: 'the event', collection: 'events' });

export type EventOutcome = 'success' | 'denied' | 'failed';
export type EventCategory = 'user' | 'project' | 'admin';

/** One entry of the event log. Written once, in the transaction of what it tells of. */
@Entity('events')
export class EventEntity {
  @PrimaryColumn('varchar')
  id!: string;

  /** Null for what belongs to no project. */
  @Column('varchar', { nullable: true })
  project_id!: string | null;

  /** The organization whose project or own matter it is; for reading only, and not hashed. */
  @Column('varchar', { nullable: true })
  organization_id!: string | null;

  /** Position in the project's log, from 1; null until the entry is sealed. */
  @Column('bigint', { nullable: true })
  sequence!: number | null;

  /** SHA-256 of the entry before it in the same log, base64url; empty for the first. */
  @Column('varchar', { nullable: true })
  previous_hash!: string | null;

  /** SHA-256 over this entry, its sequence and `previous_hash`, base64url; null until sealed. */
  @Column('varchar', { nullable: true })
  hash!: string | null;

  @Column('varchar')
  type!: string;

  @Column('varchar')
  outcome!: EventOutcome;

  @Column('varchar')
  category!: EventCategory;

  @Column('varchar')
  actor_type!: string;

  @Column('varchar', { nullable: true })
  actor_id!: string | null;

  @Column('varchar', { nullable: true })
  actor_name!: string | null;

  @Column('varchar', { nullable: true })
  actor_role!: string | null;

  @Column('varchar', { nullable: true })
  subject_user_id!: string | null;

  @Column('varchar')
  target_type!: string;

  @Column('varchar')
  target_id!: string;

  @Column('varchar', { nullable: true })
  target_name!: string | null;

  /** Type, target's and actor's name, folded for search. */
  @Column('varchar')
  search_text!: string;

  @Column('simple-json')
  changes!: object;

  @Column('simple-json')
  effects!: object[];

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('varchar', { nullable: true })
  ip!: string | null;

  @Column('varchar', { nullable: true })
  user_agent!: string | null;

  @Column('varchar')
  request_id!: string;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}
