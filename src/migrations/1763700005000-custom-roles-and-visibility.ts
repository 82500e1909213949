import { type MigrationInterface, type QueryRunner, Table, TableColumn, TableIndex } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { createTables, dropColumns, references } from '../kernel/database/create-tables.js';

const NAME_KEY = 'roles_name_key';

/** What keeps role names apart whatever their case, and the rules that hide attributes from roles. */
export class CustomRolesAndVisibility1763700005000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    // Null for system roles, whose names no custom role may have: the code sees to that.
    if (!(await runner.hasColumn('roles', 'name_key'))) {
      await runner.addColumn('roles', new TableColumn(c.string('name_key', 43, NULLABLE)));
    }
    const roles = (await runner.getTable('roles'))!;
    if (!roles.indices.some(index => index.name === NAME_KEY)) {
      const columnNames = ['project_id', 'name_key'];
      await runner.createIndex('roles', new TableIndex({ name: NAME_KEY, columnNames, isUnique: true }));
    }
    await createTables(runner, [
      new Table({
        name: 'visibility_rules',
        columns: [c.primaryId(), c.id('project_id'), c.string('attribute', 200), c.instant('created_at')],
        uniques: [{ name: 'visibility_rules_attribute', columnNames: ['project_id', 'attribute'] }],
        foreignKeys: [references('visibility_rules', 'project_id', 'projects')],
      }),
      new Table({
        name: 'visibility_rule_roles',
        columns: [c.primaryId('rule_id'), c.primaryId('role_id')],
        indices: [{ name: 'visibility_rule_roles_role', columnNames: ['role_id'] }],
        foreignKeys: [
          references('visibility_rule_roles', 'rule_id', 'visibility_rules'),
          references('visibility_rule_roles', 'role_id', 'roles'),
        ],
      }),
    ]);
  }

  /** @throws Error while there are custom roles: before, nobody knew what they permit. */
  async down(runner: QueryRunner): Promise<void> {
    const [{ custom }] = await runner.query(
      'SELECT COUNT(*) AS custom FROM roles WHERE project_id IS NOT NULL',
    );
    if (Number(custom) > 0) {
      throw new Error(
        `CustomRolesAndVisibility cannot be reverted while there are custom roles (${custom}): the older release does ` +
          'not know them. Delete them first.',
      );
    }
    await runner.dropTable('visibility_rule_roles', true);
    await runner.dropTable('visibility_rules', true);
    await dropColumns(runner, 'roles', ['name_key'], [NAME_KEY]);
  }
}
