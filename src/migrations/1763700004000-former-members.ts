import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, dropColumns } from '../kernel/database/create-tables.js';

const USER_AND_PROJECT = ['user_id', 'project_id'];

/**
 * Lets people leave a team and join it again as a new member: `current_user_id` takes over from `user_id`
 * what makes a person a member of a team at most once, and is null for those who left.
 */
export class FormerMembers1763700004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await addColumns(runner, 'members', [c.id('current_user_id', NULLABLE)]);
    await runner.query(
      "UPDATE members SET current_user_id = user_id WHERE status <> 'removed' AND current_user_id IS NULL",
    );
    // The new indices first: on MySQL the foreign key of `user_id` needs one at any time.
    await addColumns(
      runner,
      'members',
      [],
      [
        { name: 'members_current', columnNames: ['current_user_id', 'project_id'], isUnique: true },
        { name: 'members_user_projects', columnNames: USER_AND_PROJECT },
      ],
    );
    await dropUnique(runner, 'members', 'members_user');
  }

  /** @throws Error when somebody has left a team and joined it again: before, a team had everybody once. */
  async down(runner: QueryRunner): Promise<void> {
    const twice = await runner.query(
      'SELECT user_id, project_id FROM members GROUP BY user_id, project_id HAVING COUNT(*) > 1',
    );
    if (twice.length > 0) {
      throw new Error(
        `FormerMembers cannot be reverted once somebody has left a team and joined it again (cases: ` +
          `${twice.length}): the older schema keeps one membership per person and team. Restore a backup instead.`,
      );
    }
    // The index that replaces the others first, as in `up`.
    await addColumns(
      runner,
      'members',
      [],
      [{ name: 'members_user', columnNames: USER_AND_PROJECT, isUnique: true }],
    );
    await dropColumns(runner, 'members', ['current_user_id'], ['members_user_projects', 'members_current']);
  }
}

/** What SQLite keeps as a constraint of the table is an index on MySQL. */
async function dropUnique(runner: QueryRunner, table: string, name: string): Promise<void> {
  const { uniques, indices } = (await runner.getTable(table))!;
  if (uniques.some(unique => unique.name === name)) await runner.dropUniqueConstraint(table, name);
  else if (indices.some(index => index.name === name)) await runner.dropIndex(table, name);
}
