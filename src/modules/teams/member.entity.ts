import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Power } from '../../kernel/context/suspension.js';

/** A user in a project's team, or one who was: what a member did stays under the member's id. */
@Entity('members')
export class MemberEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  @Column('varchar')
  user_id!: string;

  /** The same as `user_id` until the member is removed, then null; unique in the project. */
  @Column('varchar', { nullable: true })
  current_user_id!: string | null;

  @Column('varchar')
  role_id!: string;

  /** `removed` is for good: whoever joins again is a new member. */
  @Column('varchar')
  status!: 'active' | 'suspended' | 'removed';

  /** By what power it was suspended; null while it is not, or when that is not known. */
  @Column('varchar', { nullable: true })
  suspended_by!: Power | null;

  @Column('datetime', { precision: 3 })
  added_at!: Date;
}
