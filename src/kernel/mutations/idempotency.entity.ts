import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The first answer to a request that carried an `Idempotency-Key`. */
@Entity('idempotency_records')
export class IdempotencyRecord {
  /** SHA-256 of principal, route and key. */
  @PrimaryColumn('varchar')
  id!: string;

  /** SHA-256 of the body. */
  @Column('varchar')
  fingerprint!: string;

  @Column('int')
  status!: number;

  /** The answer, its secrets left out. */
  @Column('simple-json')
  response!: object;

  @Column('datetime', { precision: 3 })
  expires_at!: Date;
}
