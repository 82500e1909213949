import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A user in a project's team. */
@Entity('members')
export class MemberEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  @Column('varchar')
  user_id!: string;

  @Column('varchar')
  role_id!: string;

  @Column('varchar')
  status!: 'active' | 'suspended';

  @Column('datetime', { precision: 3 })
  added_at!: Date;
}
