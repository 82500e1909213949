import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    whk: true;
  }
}
defineId('whk', { of: 'the webhook endpoint', collection: 'webhook-endpoints' });

export type EndpointStatus = 'enabled' | 'disabled';
/** By hand, after five days of failures, by a 410, or because it came with a promotion or a clone. */
export type DisabledReason = 'manual' | 'failing' | 'gone' | 'promoted';

/** Where a project wants to be told of what happens in it. */
@Entity('webhook_endpoints')
export class WebhookEndpointEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  /** The same for an endpoint and those that came of it by promotion or cloning: the id of the first. */
  @Column('varchar')
  lineage!: string;

  @Column('text')
  url!: string;

  @Column('varchar', { nullable: true })
  description!: string | null;

  /** Exact types, `project.*` or `*`. */
  @Column('simple-json')
  event_types!: string[];

  @Column('varchar')
  status!: EndpointStatus;

  @Column('varchar', { nullable: true })
  disabled_reason!: DisabledReason | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;
}

/** A secret that deliveries are signed with. */
@Entity('webhook_secrets')
export class WebhookSecretEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('varchar')
  endpoint_id!: string;

  /** The secret, sealed by the vault. */
  @Column('text')
  sealed!: string;

  @Column('varchar')
  preview!: string;

  /** Null for the current one. */
  @Column('datetime', { precision: 3, nullable: true })
  expires_at!: Date | null;
}

/** What the work of delivering to one endpoint goes by: apart from the endpoint, which people change and mutations read. */
@Entity('webhook_queues')
export class WebhookQueueEntity {
  @PrimaryColumn('varchar')
  endpoint_id!: string;

  @Column('varchar')
  project_id!: string;

  /** When somebody has to look after it next; null while nothing waits. */
  @Column('datetime', { precision: 3, nullable: true })
  next_due_at!: Date | null;

  /** The process that delivers to it: one at a time. */
  @Column('varchar', { nullable: true })
  leased_by!: string | null;

  /** If this passes, that process has died. */
  @Column('datetime', { precision: 3, nullable: true })
  lease_until!: Date | null;

  @Column('datetime', { precision: 3, nullable: true })
  last_success_at!: Date | null;

  @Column('datetime', { precision: 3, nullable: true })
  last_failure_at!: Date | null;

  /** The first failure since the last success. */
  @Column('datetime', { precision: 3, nullable: true })
  failing_since!: Date | null;

  /** The first delivery that succeeded, tests included. */
  @Column('varchar', { nullable: true })
  verified_by!: string | null;

  @Column('datetime', { precision: 3, nullable: true })
  verified_at!: Date | null;
}
