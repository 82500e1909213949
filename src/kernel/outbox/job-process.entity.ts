import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A process that runs jobs. */
@Entity('job_processes')
export class JobProcess {
  @PrimaryColumn('varchar')
  id!: string;

  /** When it last said that it runs. */
  @Column('datetime', { precision: 3 })
  seen_at!: Date;
}
