import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AuditChange, AuditEffect } from '../../kernel/context/audit-record.js';

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

  /** Position in the project's log, from 1; null until the entry is sealed. */
  @Column('bigint', { nullable: true })
  sequence!: number | null;

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

  @Column('simple-json')
  changes!: Record<string, AuditChange>;

  @Column('simple-json')
  effects!: AuditEffect[];

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
