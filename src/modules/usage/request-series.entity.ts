import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/**
 * What many requests have in common: key, route and outcome. A log line refers to its series, and usage is
 * counted by series, which keeps both small; every filter and grouping is a choice of series.
 */
@Entity('request_series')
export class RequestSeriesEntity {
  @PrimaryGeneratedColumn('increment')
  id!: number;

  @Column('varchar')
  project_id!: string;

  @Column('varchar')
  organization_id!: string;

  @Column('varchar')
  api_key_id!: string;

  /** The member whose own key it is. */
  @Column('varchar', { nullable: true })
  member_id!: string | null;

  @Column('varchar')
  method!: string;

  /** The route's template, e.g. `/v1/projects/:id`. */
  @Column('varchar')
  route!: string;

  @Column('int')
  status!: number;

  /** How many lines the request log has; who deletes lines subtracts them. */
  @Column('bigint')
  logged!: number;
}
