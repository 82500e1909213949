import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    inv: true;
  }
}
defineId('inv', { of: 'the invitation', collection: 'invitations' });

/** An invitation that is past its expiry stays `pending` here until somebody is invited again. */
export type InvitationStatus = 'pending' | 'accepted' | 'declined' | 'revoked' | 'expired';

/** Somebody asked to join a project or an organization. The mailed token itself is not kept. */
@Entity('invitations')
export class InvitationEntity {
  @PrimaryColumn('varchar')
  id!: string;

  /** Set when it is to a project; exactly one of this and `organization_id` is. */
  @Column('varchar', { nullable: true })
  project_id!: string | null;

  @Column('varchar', { nullable: true })
  organization_id!: string | null;

  /** In a project the id of a role, in an organization the role itself. */
  @Column('varchar')
  role!: string;

  /** Lower case. */
  @Column('varchar')
  email!: string;

  /** What the inviter knows of the person; fills in for what a new account is not told. */
  @Column('varchar', { nullable: true })
  first_name!: string | null;

  @Column('varchar', { nullable: true })
  name!: string | null;

  @Column('varchar', { nullable: true })
  phone!: string | null;

  @Column('varchar', { nullable: true })
  country!: string | null;

  @Column('varchar')
  status!: InvitationStatus;

  /** SHA-256 of the mailed token, base64url; unique; null once settled. */
  @Column('varchar', { nullable: true })
  token_hash!: string | null;

  /** Target and e-mail while pending, else null; unique. */
  @Column('varchar', { nullable: true })
  pending_key!: string | null;

  /** Id of the user or key that invited, and its name then. */
  @Column('varchar')
  invited_by!: string;

  @Column('varchar')
  invited_by_name!: string;

  @Column('datetime', { precision: 3 })
  expires_at!: Date;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}
