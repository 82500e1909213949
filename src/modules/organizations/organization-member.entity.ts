import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Power } from '../../kernel/access/suspension.js';

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

  /** By what power it was suspended; null while it is not, or when that is not known. */
  @Column('varchar', { nullable: true })
  suspended_by!: Power | null;

  @Column('datetime', { precision: 3 })
  added_at!: Date;
}
