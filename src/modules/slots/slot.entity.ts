import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    slp: true;
    slh: true;
    sle: true;
  }
}
defineId('slp', { of: 'the pool of slots' });
defineId('slh', { of: 'the holding of slots' });
defineId('sle', { of: 'the event of a pool of slots' });

const count = { to: (value: number) => value, from: Number };

/** How many of something a customer may have at the same time, from one source. */
@Entity('slot_pools')
export class SlotPoolEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  @Column('varchar')
  customer_row_id!: string;

  @Column('varchar')
  wallet!: string;

  @Column('varchar')
  source!: string;

  @Column('bigint', { transformer: count })
  capacity!: number;

  @Column('bigint', { transformer: count })
  in_use!: number;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}

/** Slots that a resource holds; gone as soon as they are released. */
@Entity('slot_holdings')
export class SlotHoldingEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  pool_id!: string;

  @Column('varchar')
  customer_row_id!: string;

  @Column('varchar')
  wallet!: string;

  @Column('varchar')
  resource_id!: string;

  @Column('bigint', { transformer: count })
  amount!: number;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}

export type SlotEventType = 'GRANT_CAPACITY' | 'REVOKE_CAPACITY' | 'CLAIM' | 'RELEASE';

/** What was done to a pool. */
@Entity('slot_events')
export class SlotEventEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  @Column('varchar')
  customer_row_id!: string;

  @Column('varchar')
  type!: SlotEventType;

  @Column('varchar')
  wallet!: string;

  @Column('varchar')
  source!: string;

  @Column('bigint', { transformer: count })
  amount!: number;

  @Column('varchar', { nullable: true })
  resource_id!: string | null;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('varchar', { nullable: true })
  idempotency_key!: string | null;

  /** Of an event with a key: what was asked. */
  @Column('varchar', { nullable: true })
  fingerprint!: string | null;

  /** Of an event with a key: what was answered. */
  @Column('simple-json', { nullable: true })
  answer!: object | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}
