import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    org: true;
  }
}
defineId('org', { of: 'the organization', collection: 'organizations' });

/** The account that owns projects, and the subscription whose quota they share. */
@Entity('organizations')
export class OrganizationEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  name!: string;

  /** The one member who cannot be removed. */
  @Column('varchar')
  owner_id!: string;

  /** Whether it was created along with its owner's account. */
  @Column('boolean')
  personal!: boolean;

  @Column('varchar')
  plan!: string;

  @Column('bigint')
  requests_per_minute!: number;

  @Column('bigint')
  requests_per_day!: number;

  @Column('datetime', { precision: 3 })
  created_at!: Date;

  /** Its row stays for what refers to it; null while it exists. */
  @Column('datetime', { precision: 3, nullable: true })
  deleted_at!: Date | null;
}
