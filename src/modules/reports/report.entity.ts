import { Column, Entity, PrimaryColumn } from 'typeorm';
import { defineId } from '../../kernel/database/ids.js';
import type { ExportKind } from '../../kernel/facets/exports.js';

declare module '../../kernel/database/ids.js' {
  interface IdPrefixes {
    rpt: true;
  }
}
defineId('rpt', { of: 'the report', collection: 'reports' });

export type ReportFormat = 'csv' | 'jsonl' | 'json';
export type ReportStatus = 'queued' | 'running' | 'ready' | 'failed' | 'expired';

const whole = {
  from: (value: unknown) => (value === null ? null : Number(value)),
  to: (value: unknown) => value,
};

/** A file with rows of a project that somebody asked for. Its bytes are in the storage, under its id and run. */
@Entity('reports')
export class ReportEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  project_id!: string;

  @Column('varchar')
  kind!: ExportKind;

  @Column('varchar')
  format!: ReportFormat;

  /** Whether the file begins with a byte order mark. */
  @Column('boolean')
  bom!: boolean;

  @Column('datetime', { precision: 3, nullable: true })
  range_from!: Date | null;

  @Column('datetime', { precision: 3, nullable: true })
  range_to!: Date | null;

  @Column('varchar')
  status!: ReportStatus;

  /** Deleted ones are shown nowhere; the row stays until the bytes are gone. */
  @Column('boolean')
  deleted!: boolean;

  /** Whether the storage may have something of it. */
  @Column('boolean')
  stored!: boolean;

  /** Which attempt to write it this is, from 1; each writes a blob of its own. 0 before the first. */
  @Column('int')
  run!: number;

  /** From 0 to 1. */
  @Column('double')
  progress!: number;

  /** Rows written so far. */
  @Column('bigint', { nullable: true, transformer: whole })
  rows!: number | null;

  @Column('bigint', { nullable: true, transformer: whole })
  bytes!: number | null;

  /** In hexadecimal; null until the report is ready. */
  @Column('varchar', { nullable: true })
  sha256!: string | null;

  @Column('varchar', { nullable: true })
  error!: string | null;

  /** The attributes that are hidden in the file. */
  @Column('simple-json')
  hidden!: string[];

  /** The part of the rows that the file has, see `Dataset.partFor`; null for all. */
  @Column('varchar', { nullable: true })
  part!: string | null;

  /** A user or an API key. */
  @Column('varchar')
  requested_by!: string;

  @Column('datetime', { precision: 3 })
  created_at!: Date;

  @Column('datetime', { precision: 3, nullable: true })
  finished_at!: Date | null;

  /** When retention took the file. */
  @Column('datetime', { precision: 3, nullable: true })
  expired_at!: Date | null;
}

/** Where the bytes are that a run of a report has written. */
export function blobKey(report: Pick<ReportEntity, 'id' | 'project_id'>, run: number): string {
  return `reports/${report.project_id}/${report.id}_${run}`;
}

/** The report and the run that a blob is of; null for a key that is no report's. */
export function blobOf(key: string): { id: string; run: number } | null {
  const match = /\/(rpt_[0-9a-z]+)_(\d+)$/.exec(key);
  return match && { id: match[1]!, run: Number(match[2]) };
}
