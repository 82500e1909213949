import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { addColumns, dropColumns } from '../kernel/database/create-tables.js';

/** Finds the pending invitations of somebody who lost the right to give them. */
export class Inviters1764200000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const index = { name: 'invitations_inviter', columnNames: ['invited_by', 'status', 'id'] };
    await addColumns(runner, 'invitations', [], [index]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'invitations', [], ['invitations_inviter']);
  }
}
