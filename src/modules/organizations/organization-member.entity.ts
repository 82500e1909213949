import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

// Members of projects have it too.
declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    mbr: true;
  }
}
defineId('mbr', { of: 'the member', collection: 'members' });

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
