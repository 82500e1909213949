import type { MigrationInterface, QueryRunner, TableIndexOptions } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, dropColumns } from '../kernel/database/create-tables.js';

const INDEX: TableIndexOptions = {
  name: 'api_keys_expiry_notice',
  columnNames: ['status', 'expiry_notice_at'],
};

/** People are told by mail before keys expire; keys that do within two weeks, as soon as this runs. */
export class KeyExpiryNotices1765200000202 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await addColumns(runner, 'api_keys', [c.instant('expiry_notice_at', NULLABLE)], [INDEX]);
    const sqlite = runner.dataSource.options.type === 'better-sqlite3';
    const [noticeAt, now] = sqlite
      ? ["strftime('%Y-%m-%d %H:%M:%f', expires_at, '-14 days')", "strftime('%Y-%m-%d %H:%M:%f', 'now')"]
      : ['expires_at - INTERVAL 14 DAY', 'UTC_TIMESTAMP(3)'];
    await runner.query(
      `UPDATE api_keys SET expiry_notice_at = ${noticeAt} ` +
        `WHERE expiry_notice_at IS NULL AND expires_at > ${now} AND status <> 'revoked'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'api_keys', ['expiry_notice_at'], [INDEX.name!]);
  }
}
