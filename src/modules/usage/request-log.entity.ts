import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One line of the request log. When the request came is in its id: see `timeOfId` and `firstIdAt`. */
@Entity('request_logs')
export class RequestLogEntity {
  /** `req_…`; the id of the request itself, unless the request left several lines. */
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  @Column('int')
  series_id!: number;

  @Column('int')
  duration_ms!: number;

  @Column('varchar', { nullable: true })
  ip!: string | null;

  @Column('varchar', { nullable: true })
  user_agent!: string | null;

  @Column('varchar', { nullable: true })
  error_code!: string | null;

  /** The id of the request where it is not the line's own. */
  @Column('varchar', { nullable: true })
  request_id!: string | null;
}
