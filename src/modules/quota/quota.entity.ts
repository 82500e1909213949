import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { QuotaPolicy } from './quota-window.js';

/** How much of one quota one process has spent in one period. */
@Entity('usage_quotas')
export class QuotaEntity {
  /** An organization, or a key with limits of its own. */
  @PrimaryColumn('varchar')
  holder_id!: string;

  @PrimaryColumn('varchar')
  policy!: QuotaPolicy;

  /** Whole minutes or days since 1970. */
  @PrimaryColumn('int')
  period!: number;

  @PrimaryColumn('varchar')
  process_id!: string;

  @Column('bigint')
  taken!: number;
}
