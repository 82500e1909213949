import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';
import type { ConfiguredItem } from '../../kernel/facets/configuration.js';
import type { PlannedChange } from './configuration-plan.js';
import type { PromotionStatus } from './promotion-transitions.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    prm: true;
  }
}
defineId('prm', { of: 'the promotion request', collection: 'promotion-requests' });

/** Somebody's wish to bring a sandbox's configuration to production. */
@Entity('promotion_requests')
export class PromotionRequestEntity {
  @PrimaryColumn('varchar')
  id!: string;

  /** The sandbox. */
  @Column('varchar')
  project_id!: string;

  /** The production project; null until the first promotion has made it. */
  @Column('varchar', { nullable: true })
  target_id!: string | null;

  @Column('varchar')
  status!: PromotionStatus;

  /** The sandbox's id while the request is under review or approved, else null; unique. */
  @Column('varchar', { nullable: true })
  pending_key!: string | null;

  /** Whether applying it made the production project. */
  @Column('boolean')
  made_target!: boolean;

  @Column('text', { nullable: true })
  notes!: string | null;

  /** Why it was approved or rejected. */
  @Column('text', { nullable: true })
  reason!: string | null;

  /** Id of the user or key that asked. */
  @Column('varchar')
  requested_by!: string;

  /** Id of the platform admin who decided; null where nobody reviews. */
  @Column('varchar', { nullable: true })
  decided_by!: string | null;

  /** The plan's digest. */
  @Column('varchar')
  digest!: string;

  /** The beginning of the plan, for lists. */
  @Column('simple-json')
  first_changes!: PlannedChange[];

  @Column('int')
  change_count!: number;

  @Column('datetime', { precision: 3 })
  created_at!: Date;

  @Column('datetime', { precision: 3, nullable: true })
  decided_at!: Date | null;

  @Column('datetime', { precision: 3, nullable: true })
  applied_at!: Date | null;
}

/** A configuration as it is kept: whole items, not only what is compared. */
export type StoredConfiguration = [part: string, items: readonly ConfiguredItem[]][];

/** What a promotion request would do, kept apart because lists have no use for all of it. */
@Entity('promotion_plans')
export class PromotionPlanEntity {
  @PrimaryColumn('varchar')
  request_id!: string;

  @Column('simple-json')
  changes!: PlannedChange[];

  /** The sandbox's configuration when the plan was made. */
  @Column('simple-json')
  source!: StoredConfiguration;

  /** The production project's then; null when there was none. */
  @Column('simple-json', { nullable: true })
  target!: StoredConfiguration | null;

  /** The production project's before the plan was applied, for the way back. */
  @Column('simple-json', { nullable: true })
  former!: StoredConfiguration | null;
}
