import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    avr: true;
  }
}
defineId('avr', { of: 'the rule', collection: 'attribute-visibility' });

/** One attribute of a project's data that some roles may not see. */
@Entity('visibility_rules')
export class VisibilityRuleEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  /** Such as `customer.email`. */
  @Column('varchar')
  attribute!: string;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}

/** A role that a rule hides its attribute from. */
@Entity('visibility_rule_roles')
export class VisibilityRuleRoleEntity {
  @PrimaryColumn('varchar')
  rule_id!: string;

  @PrimaryColumn('varchar')
  role_id!: string;
}
