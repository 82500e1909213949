import type { Permission } from '../../src/kernel/access/permissions.js';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import { newId } from '../../src/kernel/database/ids.js';
import { UnitOfWork } from '../../src/kernel/database/unit-of-work.js';
import { AccessCache } from '../../src/kernel/access-cache/access-cache.js';
import type { OrganizationRole } from '../../src/modules/organizations/organization-member.entity.js';
import { OrganizationMemberEntity } from '../../src/modules/organizations/organization-member.entity.js';
import { RoleEntity } from '../../src/modules/roles/role.entity.js';
import { SYSTEM_ROLES } from '../../src/modules/roles/system-roles.js';
import { MemberEntity } from '../../src/modules/teams/member.entity.js';
import type { Person } from './people.js';
import type { TestServer } from './server.js';

export const ROLE_IDS = {
  administrator: SYSTEM_ROLES.administrator.id,
  member: SYSTEM_ROLES.member.id,
  viewer: SYSTEM_ROLES.viewer.id,
} as const;

/** What a person is in a project's team: a system role's name, or a role's id. */
export type TeamRole = keyof typeof ROLE_IDS | (string & {});

/** One who joins a team. */
export interface Joiner {
  readonly person: Person;
  readonly role: TeamRole;
  readonly status?: MemberEntity['status'];
}

/** Puts people into a project's team without the round of invitation and acceptance; answers their member ids. */
export async function addMembers(
  server: TestServer,
  projectId: string,
  joiners: Joiner[],
): Promise<string[]> {
  const rows: MemberEntity[] = joiners.map(({ person, role, status = 'active' }) => ({
    id: newId('mbr'),
    project_id: projectId,
    user_id: person.user.id,
    current_user_id: person.user.id,
    role_id: role in ROLE_IDS ? ROLE_IDS[role as keyof typeof ROLE_IDS] : role,
    status,
    suspended_by: null,
    added_at: new Date(),
  }));
  await write(server, manager => manager.insert(MemberEntity, rows));
  return rows.map(row => row.id);
}

/** Puts one person into a project's team; answers the member's id. */
export async function addMember(
  server: TestServer,
  projectId: string,
  person: Person,
  role: TeamRole,
  status?: MemberEntity['status'],
): Promise<string> {
  const [id] = await addMembers(server, projectId, [{ person, role, status }]);
  return id!;
}

/** Makes a custom role of a project; answers its id. */
export async function addRole(
  server: TestServer,
  projectId: string,
  permissions: Permission[],
): Promise<string> {
  const id = newId('rol');
  await write(server, manager =>
    manager.insert(RoleEntity, { id, project_id: projectId, name: id, permissions, created_at: new Date() }),
  );
  return id;
}

/** Puts a person into an organization; answers the member's id. */
export async function addToOrganization(
  server: TestServer,
  organizationId: string,
  person: Person,
  role: OrganizationRole,
  status: OrganizationMemberEntity['status'] = 'active',
): Promise<string> {
  const id = newId('mbr');
  await write(server, manager =>
    manager.insert(OrganizationMemberEntity, {
      id,
      organization_id: organizationId,
      user_id: person.user.id,
      role,
      status,
      added_at: new Date(),
    }),
  );
  return id;
}

/** Writes past the routes, hence without an event; the server's memory of who may do what is told. */
export async function write(
  { app }: TestServer,
  work: (manager: Awaited<ReturnType<Database['write']>>) => Promise<unknown>,
): Promise<void> {
  const ctx = RequestContext.system('test', newId('req'));
  const database = app.get(Database);
  await app.get(UnitOfWork).bookkeeping(ctx, async () => work(await database.write(ctx)));
  app.get(AccessCache).forget();
}
