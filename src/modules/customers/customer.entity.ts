import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    cus: true;
  }
}
// For rows only: on the wire, customers are called by the project's own ids.
defineId('cus', { of: 'the customer' });

/** Whom a project bills. */
@Entity('customers')
export class CustomerEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  /** What the project calls it; unique within the project. */
  @Column('varchar')
  customer_id!: string;

  @Column('varchar', { nullable: true })
  name!: string | null;

  @Column('varchar', { nullable: true })
  email!: string | null;

  /** Anything the project wants to keep with it. */
  @Column('simple-json')
  metadata!: object;

  @Column('varchar')
  search_text!: string;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}
