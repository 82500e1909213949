import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { QuotaPolicy } from './quota-window.js';

/** How much of an organization's quota one process has spent in one period. */
@Entity('usage_quotas')
export class QuotaEntity {
  @PrimaryColumn('varchar')
  organization_id!: string;

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
