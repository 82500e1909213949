import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The secret that somebody's app makes one-time codes of; in use from the account's `totp_enabled_at` on. */
@Entity('user_totps')
export class TotpEntity {
  @PrimaryColumn('varchar')
  user_id!: string;

  @Column('varchar')
  sealed_secret!: string;

  /** The time step (Unix seconds / 30) of the newest code that was accepted: none up to it is accepted again. */
  @Column('bigint')
  last_step!: number;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}

/** A code for whoever has lost the app; its row goes when it is used. */
@Entity('user_recovery_codes')
export class RecoveryCodeEntity {
  /** HMAC of account and code under the app's secret, base64url. */
  @PrimaryColumn('varchar')
  code_hash!: string;

  @Column('varchar')
  user_id!: string;
}
