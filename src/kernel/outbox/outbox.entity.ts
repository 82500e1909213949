import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../database/ids.js';

declare module '../database/ids.js' {
  interface IdPrefixes {
    job: true;
  }
}
defineId('job', { of: 'the job' });

/** `failed` is for good; a job that succeeded leaves no row. */
export type OutboxStatus = 'pending' | 'running' | 'failed';

/** An obligation: a job that was committed together with what caused it. */
@Entity('outbox')
export class OutboxJob {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  job!: string;

  @Column('varchar')
  payload_id!: string;

  @Column('varchar')
  status!: OutboxStatus;

  /** Runs begun so far; also tells one run's claim from the next one's. */
  @Column('int')
  attempts!: number;

  /** Not before this. */
  @Column('datetime', { precision: 3 })
  run_at!: Date;

  /** While running: whoever runs it has died if this passes. */
  @Column('datetime', { precision: 3, nullable: true })
  lease_until!: Date | null;

  @Column('varchar', { nullable: true })
  last_error!: string | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}
