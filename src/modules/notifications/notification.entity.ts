import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    ntf: true;
  }
}
defineId('ntf', { of: 'the notification' });

export type NotificationStatus = 'queued' | 'sent' | 'failed';

/** A mail, from being asked for to being delivered. */
@Entity('notifications')
export class Notification {
  @PrimaryColumn('varchar')
  id!: string;

  /** The recipient's account, if there is one. */
  @Column('varchar', { nullable: true })
  user_id!: string | null;

  @Column('varchar')
  to_address!: string;

  @Column('varchar', { nullable: true })
  to_name!: string | null;

  @Column('varchar')
  template!: string;

  @Column('varchar')
  subject!: string;

  /** Text and HTML, encrypted because they hold tokens; erased once delivered or given up. */
  @Column('text', { nullable: true })
  sealed_body!: string | null;

  /** Recipient and subject, folded for search. */
  @Column('text', { nullable: true })
  search_text!: string | null;

  @Column('varchar')
  status!: NotificationStatus;

  @Column('int')
  attempts!: number;

  @Column('varchar', { nullable: true })
  last_error!: string | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;

  @Column('datetime', { precision: 3, nullable: true })
  sent_at!: Date | null;
}
