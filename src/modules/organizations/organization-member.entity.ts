import { Column, Entity, PrimaryColumn } from 'typeorm';

export type OrganizationRole = 'owner' | 'admin' | 'member';

/** A user in an organization. */
@Entity('organization_members')
export class OrganizationMemberEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  organization_id!: string;

  @Column('varchar')
  user_id!: string;

  @Column('varchar')
  role!: OrganizationRole;

  @Column('varchar')
  status!: 'active' | 'suspended';

  @Column('datetime', { precision: 3 })
  added_at!: Date;
}
