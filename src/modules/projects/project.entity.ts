import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Power } from '../../kernel/context/suspension.js';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    prj: true;
  }
}
defineId('prj', { of: 'the project', collection: 'projects' });

export type ProjectStatus = 'new' | 'activated' | 'suspended' | 'deleted';
export type Environment = 'sandbox' | 'production';

/** The unit of isolation. */
@Entity('projects')
export class ProjectEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  organization_id!: string;

  @Column('varchar')
  owner_id!: string;

  @Column('varchar')
  name!: string;

  /** The name, folded for search; folding can lengthen it eighteenfold. */
  @Column('text')
  search_text!: string;

  @Column('varchar')
  status!: ProjectStatus;

  /** By what power it was suspended; null while it is not, or when that is not known. */
  @Column('varchar', { nullable: true })
  suspended_by!: Power | null;

  /** Fixed at creation. */
  @Column('varchar')
  environment!: Environment;

  @Column('varchar', { nullable: true })
  purpose!: string | null;

  @Column('varchar', { nullable: true })
  country!: string | null;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('varchar', { nullable: true })
  billing_owner_email!: string | null;

  /** The longest that its API keys may live, where that is less than the platform allows; null for no maximum of its own. */
  @Column('integer', { nullable: true })
  key_max_lifetime_days!: number | null;

  @Column('datetime', { precision: 3, nullable: true })
  verified_at!: Date | null;

  /** The platform admin who verified it. */
  @Column('varchar', { nullable: true })
  verified_by!: string | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}
