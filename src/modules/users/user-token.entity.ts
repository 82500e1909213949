import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    tok: true;
  }
}
defineId('tok', { of: 'the token of a mailed link' });

/** A single-use secret mailed to a user. The secret itself is not kept. */
@Entity('user_tokens')
export class UserTokenEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  user_id!: string;

  @Column('varchar')
  purpose!: 'activation' | 'password_reset' | 'email_change';

  /** SHA-256 of the secret, base64url; unique. */
  @Column('varchar')
  token_hash!: string;

  /** The address that the account is to get; null for other purposes. */
  @Column('varchar', { nullable: true })
  email?: string | null;

  @Column('datetime', { precision: 3 })
  expires_at!: Date;
}
