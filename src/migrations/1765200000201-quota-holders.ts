import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Beside organizations, keys have quotas of their own. */
export class QuotaHolders1765200000201 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await rename(runner, 'organization_id', 'holder_id');
  }

  async down(runner: QueryRunner): Promise<void> {
    await rename(runner, 'holder_id', 'organization_id');
  }
}

async function rename(runner: QueryRunner, from: string, to: string): Promise<void> {
  // By hand: TypeORM would make the table anew on SQLite.
  if (await runner.hasColumn('usage_quotas', from))
    await runner.query(`ALTER TABLE usage_quotas RENAME COLUMN ${from} TO ${to}`);
}
