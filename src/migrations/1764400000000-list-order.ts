import { TableIndex, type MigrationInterface, type QueryRunner, type TableIndexOptions } from 'typeorm';
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
  events: [
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
  events: [index('events_actor', 'actor_id', 'id'), index('events_target', 'target_id', 'id')],
};

/** Lets every list be read in its order, however long it is. */
export class ListOrder1764400000000 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return replace(runner, REPLACED, ADDED);
  }

  down(runner: QueryRunner): Promise<void> {
    return replace(runner, ADDED, REPLACED);
  }
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
