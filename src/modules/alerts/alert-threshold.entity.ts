import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';
import type { AlertMetric } from '../../kernel/facets/metrics.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    alr: true;
  }
}
defineId('alr', { of: 'the alert threshold', collection: 'alert-thresholds' });

export type AlertOperator = '>' | '>=' | '<' | '<=';
export type AlertWindow = '5m' | '15m' | '1h' | '24h';
export type AlertChannel = 'email' | 'webhook';

/** When people of a project want to be told of a metric. */
@Entity('alert_thresholds')
export class AlertThresholdEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  @Column('varchar')
  metric!: AlertMetric;

  @Column('varchar')
  operator!: AlertOperator;

  @Column('double')
  value!: number;

  /** How far back the metric looks, and how long no second alert is sent. */
  @Column('varchar')
  window!: AlertWindow;

  @Column('simple-json')
  channels!: AlertChannel[];

  /** `firing` from the crossing until the metric is back on the right side. */
  @Column('varchar')
  state!: 'ok' | 'firing';

  @Column('datetime', { precision: 3, nullable: true })
  last_fired_at!: Date | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}
