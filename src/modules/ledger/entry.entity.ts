import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';
import { toAmount } from './account.js';
import type { BusinessType } from './billing.dto.js';
import type { OperationType } from './movements.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    acc: true;
    led: true;
    frz: true;
  }
}
defineId('acc', { of: 'the account' });
defineId('led', { of: 'the ledger entry', collection: 'ledger' });
// For rows only: on the wire, what is frozen is called by its transaction_id.
defineId('frz', { of: 'the freeze' });

const amount = { to: (value: number) => value, from: toAmount };

/** What was done to one account. Never changed, never deleted: the database refuses both. */
@Entity('ledger_entries')
export class EntryEntity {
  /** Tells when it took effect, too, and so puts it into its place. */
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  @Column('varchar')
  customer_row_id!: string;

  @Column('varchar')
  account_id!: string;

  @Column('varchar')
  operation_type!: OperationType;

  @Column('bigint', { transformer: amount })
  amount!: number;

  @Column('bigint', { transformer: amount })
  total_change!: number;

  @Column('bigint', { transformer: amount })
  used_change!: number;

  @Column('bigint', { transformer: amount })
  frozen_change!: number;

  @Column('bigint', { transformer: amount })
  expired_change!: number;

  @Column('varchar')
  wallet!: string;

  @Column('varchar')
  source!: string;

  @Column('varchar', { nullable: true })
  transaction_id!: string | null;

  @Column('varchar')
  business_type!: BusinessType;

  @Column('text', { nullable: true })
  description!: string | null;

  /** The entry that it takes back. */
  @Column('varchar', { nullable: true })
  reverses_id!: string | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}
