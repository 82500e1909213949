import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { createTables, references } from '../kernel/database/create-tables.js';

/** Users, organizations, projects, teams, roles, keys, the event log and idempotency records. */
export class Foundations1763700001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [
      new Table({
        name: 'users',
        columns: [
          c.primaryId(),
          c.string('email', 254),
          c.string('first_name', 100),
          c.string('name', 100),
          c.string('phone', 40, NULLABLE),
          c.string('country', 2, NULLABLE),
          c.string('status', 20),
          c.string('platform_role', 20),
          c.string('password_hash', 255),
          c.boolean('password_change_required'),
          c.integer('max_projects', NULLABLE),
          c.text('search_text'),
          c.instant('created_at'),
        ],
        uniques: [{ name: 'users_email', columnNames: ['email'] }],
        indices: [{ name: 'users_status', columnNames: ['status', 'id'] }],
      }),
      new Table({
        name: 'sessions',
        columns: [
          c.primaryId(),
          c.id('user_id'),
          c.string('token_hash', 43),
          c.string('device', 200, NULLABLE),
          c.string('location', 200, NULLABLE),
          c.string('ip', 45, NULLABLE),
          c.instant('created_at'),
          c.instant('last_seen_at'),
          c.instant('expires_at'),
        ],
        uniques: [{ name: 'sessions_token', columnNames: ['token_hash'] }],
        indices: [
          { name: 'sessions_user', columnNames: ['user_id', 'id'] },
          { name: 'sessions_expiry', columnNames: ['expires_at'] },
        ],
        foreignKeys: [references('sessions', 'user_id', 'users')],
      }),
      new Table({
        name: 'user_tokens',
        columns: [
          c.primaryId(),
          c.id('user_id'),
          c.string('purpose', 20),
          c.string('token_hash', 43),
          c.instant('expires_at'),
        ],
        uniques: [{ name: 'user_tokens_hash', columnNames: ['token_hash'] }],
        indices: [{ name: 'user_tokens_user', columnNames: ['user_id'] }],
        foreignKeys: [references('user_tokens', 'user_id', 'users')],
      }),
      new Table({
        name: 'organizations',
        columns: [
          c.primaryId(),
          c.string('name', 250),
          c.id('owner_id'),
          c.boolean('personal'),
          c.string('plan', 100),
          c.bigint('requests_per_minute'),
          c.bigint('requests_per_day'),
          c.instant('created_at'),
        ],
        indices: [{ name: 'organizations_owner', columnNames: ['owner_id', 'personal'] }],
        foreignKeys: [references('organizations', 'owner_id', 'users')],
      }),
      new Table({
        name: 'organization_members',
        columns: [
          c.primaryId(),
          c.id('organization_id'),
          c.id('user_id'),
          c.string('role', 20),
          c.string('status', 20),
          c.instant('added_at'),
        ],
        uniques: [{ name: 'organization_members_user', columnNames: ['user_id', 'organization_id'] }],
        indices: [{ name: 'organization_members_organization', columnNames: ['organization_id'] }],
        foreignKeys: [
          references('organization_members', 'organization_id', 'organizations'),
          references('organization_members', 'user_id', 'users'),
        ],
      }),
      new Table({
        name: 'projects',
        columns: [
          c.primaryId(),
          c.id('organization_id'),
          c.id('owner_id'),
          c.string('name', 100),
          c.text('search_text'),
          c.string('status', 20),
          c.string('environment', 20),
          c.string('purpose', 200, NULLABLE),
          c.string('country', 2, NULLABLE),
          c.text('description', NULLABLE),
          c.string('billing_owner_email', 254, NULLABLE),
          c.instant('verified_at', NULLABLE),
          c.id('verified_by', NULLABLE),
          c.instant('created_at'),
        ],
        indices: [
          { name: 'projects_status', columnNames: ['status', 'id'] },
          { name: 'projects_organization', columnNames: ['organization_id', 'status'] },
          { name: 'projects_owner', columnNames: ['owner_id', 'status'] },
        ],
        foreignKeys: [
          references('projects', 'organization_id', 'organizations'),
          references('projects', 'owner_id', 'users'),
        ],
      }),
      new Table({
        name: 'roles',
        columns: [
          c.primaryId(),
          c.id('project_id', NULLABLE),
          c.string('name', 100),
          c.json('permissions', NULLABLE),
          c.instant('created_at'),
        ],
        uniques: [{ name: 'roles_name', columnNames: ['project_id', 'name'] }],
        foreignKeys: [references('roles', 'project_id', 'projects')],
      }),
      new Table({
        name: 'members',
        columns: [
          c.primaryId(),
          c.id('project_id'),
          c.id('user_id'),
          c.id('role_id'),
          c.string('status', 20),
          c.instant('added_at'),
        ],
        uniques: [{ name: 'members_user', columnNames: ['user_id', 'project_id'] }],
        indices: [
          { name: 'members_project', columnNames: ['project_id', 'id'] },
          { name: 'members_role', columnNames: ['role_id'] },
        ],
        foreignKeys: [
          references('members', 'project_id', 'projects'),
          references('members', 'user_id', 'users'),
          references('members', 'role_id', 'roles'),
        ],
      }),
      new Table({
        name: 'api_keys',
        columns: [
          c.primaryId(),
          c.id('project_id'),
          c.id('member_id', NULLABLE),
          c.id('role_id'),
          c.string('name', 100),
          c.string('status', 20),
          c.string('preview', 20),
          c.string('secret_hash', 43),
          c.string('previous_hash', 43, NULLABLE),
          c.instant('previous_expires_at', NULLABLE),
          c.instant('previous_last_used_at', NULLABLE),
          c.json('allowed_ips'),
          c.json('allowed_domains'),
          c.instant('expires_at', NULLABLE),
          c.instant('last_used_at', NULLABLE),
          c.string('last_used_ip', 45, NULLABLE),
          c.id('created_by'),
          c.instant('created_at'),
        ],
        uniques: [
          { name: 'api_keys_secret', columnNames: ['secret_hash'] },
          { name: 'api_keys_previous_secret', columnNames: ['previous_hash'] },
        ],
        indices: [
          { name: 'api_keys_project', columnNames: ['project_id', 'id'] },
          { name: 'api_keys_member', columnNames: ['member_id'] },
          { name: 'api_keys_role', columnNames: ['role_id'] },
        ],
        foreignKeys: [
          references('api_keys', 'project_id', 'projects'),
          references('api_keys', 'member_id', 'members'),
          references('api_keys', 'role_id', 'roles'),
        ],
      }),
      // No foreign keys: an entry outlives whatever it tells of.
      new Table({
        name: 'events',
        columns: [
          c.primaryId(),
          c.id('project_id', NULLABLE),
          c.bigint('sequence', NULLABLE),
          c.string('type', 60),
          c.string('outcome', 20),
          c.string('category', 20),
          c.string('actor_type', 20),
          c.id('actor_id', NULLABLE),
          c.string('actor_name', 250, NULLABLE),
          c.string('actor_role', 100, NULLABLE),
          c.id('subject_user_id', NULLABLE),
          c.string('target_type', 40),
          c.string('target_id', 255),
          c.string('target_name', 255, NULLABLE),
          c.text('search_text'),
          c.json('changes'),
          c.json('effects'),
          c.text('reason', NULLABLE),
          c.string('ip', 45, NULLABLE),
          c.string('user_agent', 512, NULLABLE),
          c.id('request_id'),
          c.instant('created_at'),
        ],
        indices: [
          { name: 'events_project', columnNames: ['project_id', 'id'] },
          { name: 'events_category', columnNames: ['category', 'id'] },
          { name: 'events_actor', columnNames: ['actor_id', 'id'] },
          { name: 'events_target', columnNames: ['target_id', 'id'] },
        ],
      }),
      new Table({
        name: 'idempotency_records',
        columns: [
          // A SHA-256, longer than the ids of everything else.
          c.string('id', 43, { isPrimary: true }),
          c.string('fingerprint', 43),
          c.integer('status'),
          c.json('response'),
          c.instant('expires_at'),
        ],
        indices: [{ name: 'idempotency_records_expiry', columnNames: ['expires_at'] }],
      }),
    ]);
    await seedSystemRoles(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = ['idempotency_records', 'events', 'api_keys', 'members', 'roles', 'projects'];
    tables.push('organization_members', 'organizations', 'user_tokens', 'sessions', 'users');
    for (const table of tables) await runner.dropTable(table, true);
  }
}

/** The rows that members and keys refer to; what the system roles permit is said by the code. */
async function seedSystemRoles(runner: QueryRunner): Promise<void> {
  for (const [position, name] of ['administrator', 'member', 'viewer'].entries()) {
    const id = `rol_${String(position + 1).padStart(26, '0')}`;
    const [existing] = await runner.query('SELECT id FROM roles WHERE id = ?', [id]);
    if (existing) continue;
    await runner.query('INSERT INTO roles (id, name, created_at) VALUES (?, ?, ?)', [
      id,
      name,
      '2026-01-01 00:00:00.000',
    ]);
  }
}
