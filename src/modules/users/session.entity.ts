import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    ses: true;
  }
}
defineId('ses', { of: 'the session', collection: 'sessions' });

/** A signed-in device. The token itself is not kept. */
@Entity('sessions')
export class SessionEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  user_id!: string;

  /** SHA-256 of the token, base64url; unique. */
  @Column('varchar')
  token_hash!: string;

  @Column('varchar', { nullable: true })
  device!: string | null;

  @Column('varchar', { nullable: true })
  location!: string | null;

  @Column('varchar', { nullable: true })
  ip!: string | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;

  @Column('datetime', { precision: 3 })
  last_seen_at!: Date;

  /** The absolute end, however busy the session is. */
  @Column('datetime', { precision: 3 })
  expires_at!: Date;
}
