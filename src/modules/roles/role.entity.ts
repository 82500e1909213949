import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Permission } from '../../kernel/access/permissions.js';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    rol: true;
  }
}
defineId('rol', { of: 'the role', collection: 'roles' });

/** A named set of permissions. The three system roles belong to every project. */
@Entity('roles')
export class RoleEntity {
  @PrimaryColumn('varchar')
  id!: string;

  /** Null for system roles. */
  @Column('varchar', { nullable: true })
  project_id!: string | null;

  @Column('varchar')
  name!: string;

  /** What two names of one project may not have in common; see `nameKey`. Null for system roles. */
  @Column('varchar', { nullable: true })
  name_key!: string | null;

  /** Null for system roles, whose permissions the code says. */
  @Column('simple-json', { nullable: true })
  permissions!: Permission[] | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}
