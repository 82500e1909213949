import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A sandbox and the production project that its first promotion made. */
@Entity('project_pairs')
export class ProjectPairEntity {
  @PrimaryColumn('varchar')
  sandbox_id!: string;

  /** Unique. */
  @Column('varchar')
  production_id!: string;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}
