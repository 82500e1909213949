import {
  type MigrationInterface,
  type QueryRunner,
  type TableColumnOptions,
  TableIndex,
  type TableIndexOptions,
} from 'typeorm';
import { Columns } from '../kernel/database/columns.js';
import { addColumns } from '../kernel/database/create-tables.js';

type Indices = Record<string, TableIndexOptions[]>;

const index = (name: string, ...columnNames: string[]): TableIndexOptions => ({ name, columnNames });

/**
 * For each filter of a list an index that has what the filter leaves in the list's order, and so serves its page
 * and its counts. On SQLite an index does not end in the primary key by itself.
 */
const ADDED: Indices = {
  projects: [
    index('projects_list', 'status', 'environment', 'id'),
    index('projects_organization_list', 'organization_id', 'status', 'environment', 'id'),
  ],
  organization_members: [index('organization_members_list', 'organization_id', 'id')],
  api_keys: [index('api_keys_member_list', 'member_id', 'id')],
  roles: [index('roles_list', 'project_id', 'id')],
  visibility_rules: [index('visibility_rules_list', 'project_id', 'id')],
  request_series: [index('request_series_projects', 'organization_id', 'project_id')],
  events: [
    index('events_project_list', 'project_id', 'id', 'search_text'),
    index('events_category_list', 'category', 'id', 'search_text'),
    index('events_project_type', 'project_id', 'type', 'id'),
    index('events_project_outcome', 'project_id', 'outcome', 'id'),
    index('events_type', 'type', 'category', 'id'),
    index('events_outcome', 'outcome', 'category', 'id'),
    // The project last: who asks for one is answered by the index alone.
    index('events_actor_list', 'actor_id', 'category', 'id', 'project_id'),
    index('events_target_list', 'target_id', 'category', 'id', 'project_id'),
  ],
};

/** Those whose work the new ones do as well. */
const REPLACED: Indices = {
  projects: [
    index('projects_status', 'status', 'id'),
    index('projects_organization', 'organization_id', 'status'),
  ],
  organization_members: [index('organization_members_organization', 'organization_id')],
  api_keys: [index('api_keys_member', 'member_id')],
  request_series: [index('request_series_organization', 'organization_id')],
  events: [
    index('events_actor', 'actor_id', 'id'),
    index('events_target', 'target_id', 'id'),
    index('events_project', 'project_id', 'id'),
    index('events_category', 'category', 'id'),
  ],
};

/** Lets every list be read in its order, however long it is. */
export class ListOrder1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await boundSearchText(runner);
    await replace(runner, REPLACED, ADDED);
  }

  async down(runner: QueryRunner): Promise<void> {
    await replace(runner, ADDED, REPLACED);
    await unboundSearchText(runner);
  }
}

const SEARCHED = 600;

/** What stands in an index must have a bound on MySQL; SQLite knows none. */
async function boundSearchText(runner: QueryRunner): Promise<void> {
  if (runner.dataSource.options.type === 'better-sqlite3') return;
  await runner.query(
    `UPDATE events SET search_text = LEFT(search_text, ${SEARCHED}) WHERE CHAR_LENGTH(search_text) > ${SEARCHED}`,
  );
  await modify(runner, (await Columns.for(runner)).string('search_text', SEARCHED));
}

async function unboundSearchText(runner: QueryRunner): Promise<void> {
  if (runner.dataSource.options.type === 'better-sqlite3') return;
  await modify(runner, (await Columns.for(runner)).text('search_text'));
}

/** By hand: TypeORM would drop the column and make it anew. */
async function modify(runner: QueryRunner, column: TableColumnOptions): Promise<void> {
  const { name, type, length, charset, collation } = column;
  const size = length ? `(${length})` : '';
  await runner.query(
    `ALTER TABLE events MODIFY ${name} ${type}${size} CHARACTER SET ${charset} COLLATE ${collation} NOT NULL`,
  );
}

/** The new ones first: on MySQL the foreign keys need one at any time. */
async function replace(runner: QueryRunner, from: Indices, to: Indices): Promise<void> {
  for (const [table, indices] of Object.entries(to)) await addColumns(runner, table, [], indices);
  for (const [table, indices] of Object.entries(from)) {
    const present = (await runner.getTable(table))!.indices.map(({ name }) => name);
    for (const { name } of indices) {
      if (present.includes(name)) await runner.dropIndex(table, new TableIndex({ name, columnNames: [] }));
    }
  }
}
