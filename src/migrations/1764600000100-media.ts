import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { createTables, references } from '../kernel/database/create-tables.js';

/** The files of projects, and how many and how large they are together. */
export class Media1764600000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [
      new Table({
        name: 'media_files',
        columns: [
          c.primaryId(),
          c.id('project_id'),
          c.string('name', 255),
          c.string('search_text', 600),
          c.bigint('size'),
          c.string('content_type', 100),
          c.string('kind', 20),
          c.string('sha256', 64, NULLABLE),
          c.string('live_sha256', 64, NULLABLE),
          c.integer('width', NULLABLE),
          c.integer('height', NULLABLE),
          c.string('status', 20),
          c.string('visibility', 10),
          c.string('uploader_type', 10),
          c.id('uploader_id'),
          c.string('uploader_name', 255),
          c.instant('lease_until', NULLABLE),
          c.instant('created_at'),
          c.instant('deleted_at', NULLABLE),
        ],
        indices: [
          { name: 'media_files_same', columnNames: ['project_id', 'live_sha256'], isUnique: true },
          { name: 'media_files_list', columnNames: ['project_id', 'status', 'id', 'search_text'] },
          { name: 'media_files_kind', columnNames: ['project_id', 'status', 'kind', 'id'] },
          { name: 'media_files_type', columnNames: ['project_id', 'status', 'content_type', 'id'] },
          { name: 'media_files_visibility', columnNames: ['project_id', 'status', 'visibility', 'id'] },
          { name: 'media_files_size', columnNames: ['project_id', 'status', 'size'] },
          { name: 'media_files_purge', columnNames: ['project_id', 'status', 'deleted_at'] },
          { name: 'media_files_lease', columnNames: ['status', 'lease_until'] },
        ],
        foreignKeys: [references('media_files', 'project_id', 'projects')],
      }),
      new Table({
        name: 'media_totals',
        columns: [
          c.primaryId('project_id'),
          c.integer('active'),
          c.integer('suspended'),
          c.integer('deleted'),
          c.bigint('live_bytes'),
          c.bigint('deleted_bytes'),
        ],
        foreignKeys: [references('media_totals', 'project_id', 'projects')],
      }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('media_totals', true);
    await runner.dropTable('media_files', true);
  }
}
