import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    dlv: true;
    wat: true;
    wrc: true;
  }
}
defineId('dlv', { of: 'the delivery', collection: 'deliveries' });
defineId('wat', { of: 'the attempt' });
defineId('wrc', { of: 'the recovery' });

export type DeliveryStatus = 'pending' | 'succeeded' | 'failed';

/** That an event is to be told to an endpoint. What is told stands in the event log, and nowhere else. */
@Entity('webhook_deliveries')
export class WebhookDeliveryEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  @Column('varchar')
  endpoint_id!: string;

  @Column('varchar')
  event_id!: string;

  @Column('varchar')
  type!: string;

  /** Whether it is a test, which carries the example of its type. */
  @Column('boolean')
  test!: boolean;

  @Column('varchar')
  status!: DeliveryStatus;

  @Column('int')
  attempt_count!: number;

  /** Attempts since it was scheduled last: its place in the schedule. */
  @Column('int')
  step!: number;

  /** Whether it is sent only after those before it were: what was recovered. */
  @Column('boolean')
  in_order!: boolean;

  @Column('datetime', { precision: 3, nullable: true })
  next_attempt_at!: Date | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}

/** One try to deliver, and what came of it. */
@Entity('webhook_attempts')
export class WebhookAttemptEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  endpoint_id!: string;

  @Column('varchar')
  delivery_id!: string;

  @Column('boolean')
  test!: boolean;

  @Column('boolean')
  succeeded!: boolean;

  @Column('int', { nullable: true })
  status_code!: number | null;

  @Column('varchar', { nullable: true })
  error!: string | null;

  @Column('int')
  latency_ms!: number;

  /** The first 2 KiB of the answer. */
  @Column('text', { nullable: true })
  response_body!: string | null;

  @Column('datetime', { precision: 3 })
  at!: Date;
}

/** A recovery in progress: the part of the log that is still to be gone through. */
@Entity('webhook_recoveries')
export class WebhookRecoveryEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  @Column('varchar')
  endpoint_id!: string;

  @Column('varchar')
  from_event!: string;

  @Column('varchar')
  before_event!: string;

  /** When all of it is due: one instant, so that it goes out in the order of the events. */
  @Column('datetime', { precision: 3 })
  due_at!: Date;
}
