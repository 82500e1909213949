import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    chk: true;
  }
}
defineId('chk', { of: 'the checkpoint', collection: 'checkpoints' });

/** A signed statement of where a log's chain was. Never changed, and never purged. */
@Entity('event_checkpoints')
export class CheckpointEntity {
  @PrimaryColumn('varchar')
  id!: string;

  /** The project's id, or `platform`. */
  @Column('varchar')
  log!: string;

  @Column('bigint')
  sequence!: number;

  @Column('varchar')
  hash!: string;

  /** Of the checkpoint before it; null for the first of a log. */
  @Column('bigint', { nullable: true })
  previous_sequence!: number | null;

  @Column('varchar', { nullable: true })
  previous_hash!: string | null;

  @Column('datetime', { precision: 3 })
  created_at!: Date;

  @Column('varchar')
  key_id!: string;

  @Column('varchar')
  signature!: string;
}
