import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    usr: true;
  }
}
defineId('usr', { of: 'the user', collection: 'users' });

export type UserStatus = 'new' | 'activated' | 'suspended' | 'deleted';
export type PlatformRole = 'user' | 'admin';

/** A person who signs in. */
@Entity('users')
export class UserEntity {
  @PrimaryColumn('varchar')
  id!: string;

  /** Lower case. */
  @Column('varchar')
  email!: string;

  /** The same until the account is deleted, then null: the address is free again; unique. */
  @Column('varchar', { nullable: true })
  current_email!: string | null;

  @Column('varchar')
  first_name!: string;

  @Column('varchar')
  name!: string;

  @Column('varchar', { nullable: true })
  phone!: string | null;

  @Column('varchar', { nullable: true })
  country!: string | null;

  @Column('varchar')
  status!: UserStatus;

  @Column('varchar')
  platform_role!: PlatformRole;

  /** Argon2id, PHC string format. */
  @Column('varchar')
  password_hash!: string;

  @Column('boolean')
  password_change_required!: boolean;

  /** How many projects the user may own; null means no limit. */
  @Column('int', { nullable: true })
  max_projects!: number | null;

  @Column('datetime', { precision: 3, nullable: true })
  last_sign_in_at!: Date | null;

  @Column('varchar', { nullable: true })
  last_sign_in_device!: string | null;

  @Column('varchar', { nullable: true })
  last_sign_in_location!: string | null;

  /** Since when signing in takes a second factor; null when it does not. */
  @Column('datetime', { precision: 3, nullable: true })
  totp_enabled_at!: Date | null;

  /** First name, name, e-mail and phone, folded for search. */
  @Column('text')
  search_text!: string;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}
