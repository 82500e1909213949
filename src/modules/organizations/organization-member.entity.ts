import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Power } from '../../kernel/context/suspension.js';
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

  /** By what power it was suspended; null while it is not, or when that is not known. */
  @Column('varchar', { nullable: true })
  suspended_by!: Power | null;

  @Column('datetime', { precision: 3 })
  added_at!: Date;
}
