import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RetentionDays } from './retention-days.js';

/** How long a project keeps what grows. A project without a row keeps everything as long as is usual. */
@Entity('retention_settings')
export class RetentionSettingsEntity implements RetentionDays {
  @PrimaryColumn('varchar')
  project_id!: string;

  @Column('int', { nullable: true })
  request_logs_days!: number | null;

  @Column('int', { nullable: true })
  events_days!: number | null;

  @Column('int', { nullable: true })
  webhook_deliveries_days!: number | null;

  @Column('int', { nullable: true })
  reports_days!: number | null;

  @Column('int', { nullable: true })
  deleted_media_days!: number | null;

  @Column('int', { nullable: true })
  expired_invitations_days!: number | null;
}
