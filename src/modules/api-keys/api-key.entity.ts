import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Power } from '../../kernel/context/suspension.js';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    key: true;
  }
}
defineId('key', { of: 'the API key', collection: 'api-keys' });

/** A bigint, which the drivers read as a number or as text. */
const wholeNumber = {
  from: (value: number | string | null) => (value === null ? null : Number(value)),
  to: (value: number | null) => value,
};

/** A credential of one project. The secret itself is not kept. */
@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  /** Set for a member's own key: it can never do more than the member. */
  @Column('varchar', { nullable: true })
  member_id!: string | null;

  @Column('varchar')
  role_id!: string;

  @Column('varchar')
  name!: string;

  /** Expiry is no status of its own: `expires_at` says it. */
  @Column('varchar')
  status!: 'activated' | 'suspended' | 'revoked';

  /** By what power it was suspended; null while it is not, or when that is not known. */
  @Column('varchar', { nullable: true })
  suspended_by!: Power | null;

  /** The environment's prefix and the last four characters of the secret. */
  @Column('varchar')
  preview!: string;

  /** SHA-256 of the secret, base64url; unique. */
  @Column('varchar')
  secret_hash!: string;

  /** The secret before the last regeneration, while its grace period runs. */
  @Column('varchar', { nullable: true })
  previous_hash!: string | null;

  @Column('datetime', { precision: 3, nullable: true })
  previous_expires_at!: Date | null;

  @Column('datetime', { precision: 3, nullable: true })
  previous_last_used_at!: Date | null;

  /** Addresses and CIDRs; empty admits every address. */
  @Column('simple-json')
  allowed_ips!: string[];

  /** Domains, `*.` for any below; empty admits every origin. */
  @Column('simple-json')
  allowed_domains!: string[];

  @Column('datetime', { precision: 3, nullable: true })
  expires_at!: Date | null;

  /** When people are next told by mail that it expires. */
  @Column('datetime', { precision: 3, nullable: true })
  expiry_notice_at!: Date | null;

  /** Requests per minute and day that this key may take of the organization's; null for as many as that has. */
  @Column('int', { nullable: true })
  requests_per_minute!: number | null;

  @Column('bigint', { nullable: true, transformer: wholeNumber })
  requests_per_day!: number | null;

  @Column('datetime', { precision: 3, nullable: true })
  last_used_at!: Date | null;

  @Column('varchar', { nullable: true })
  last_used_ip!: string | null;

  /** Id of the user or key that made it. */
  @Column('varchar')
  created_by!: string;

  @Column('datetime', { precision: 3 })
  created_at!: Date;

  /** When it got its present secret; null while it is the first. */
  @Column('datetime', { precision: 3, nullable: true })
  regenerated_at!: Date | null;

  /** Name and preview, folded for search. */
  @Column('text', { nullable: true })
  search_text!: string | null;
}
