import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    ent: true;
    ene: true;
  }
}
defineId('ent', { of: 'the entitlement' });
defineId('ene', { of: 'the event of an entitlement' });

/** What a customer may do, or how much of it. */
@Entity('entitlements')
export class EntitlementEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  @Column('varchar')
  customer_row_id!: string;

  /** Unique within the customer. */
  @Column('varchar')
  feature_key!: string;

  @Column('text')
  value!: string;

  @Column('datetime', { precision: 3, nullable: true })
  valid_from!: Date | null;

  @Column('datetime', { precision: 3, nullable: true })
  valid_until!: Date | null;

  @Column('varchar', { nullable: true })
  source!: string | null;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('simple-json', { nullable: true })
  metadata!: object | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}

/** A change of an entitlement. */
@Entity('entitlement_events')
export class EntitlementEventEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  customer_row_id!: string;

  @Column('varchar')
  feature_key!: string;

  @Column('varchar')
  type!: 'SET' | 'REMOVE';

  @Column('text', { nullable: true })
  old_value!: string | null;

  @Column('text', { nullable: true })
  new_value!: string | null;

  @Column('varchar', { nullable: true })
  source!: string | null;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}
