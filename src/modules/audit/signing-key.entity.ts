import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A public key that checkpoints were signed with; kept after another has taken its place. */
@Entity('event_signing_keys')
export class SigningKeyEntity {
  /** Thumbprint of the key: RFC 7638, SHA-256, base64url. */
  @PrimaryColumn('varchar')
  kid!: string;

  /** The key's bytes, base64url. */
  @Column('varchar')
  x!: string;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}
