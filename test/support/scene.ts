import { randomBytes } from 'node:crypto';
import type { Permission } from '../../src/kernel/access/permissions.js';
import { AccessCache } from '../../src/kernel/access-cache/access-cache.js';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import { newId } from '../../src/kernel/database/ids.js';
import { UnitOfWork } from '../../src/kernel/database/unit-of-work.js';
import {
  OrganizationMemberEntity,
  type OrganizationRole,
} from '../../src/modules/organizations/organization-member.entity.js';
import { RoleEntity } from '../../src/modules/roles/role.entity.js';
import { SYSTEM_ROLES } from '../../src/modules/roles/system-roles.js';
import { MemberEntity } from '../../src/modules/teams/member.entity.js';
import { type Answer, basic, bearer, type Client } from './client.js';
import { tokenIn, waitForMail } from './mail.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, startServer, type TestServer } from './server.js';

/** A server as people reach it, in this process or in one of its own. */
export type Reachable = Pick<TestServer, 'api' | 'dataDir'>;

export const PASSWORD = 'marmalade-glacier-7';

/** Somebody signed in. `auth` is the value of their `Authorization` header. */
export interface Person {
  readonly user: { id: string; email: string; [field: string]: any };
  readonly password: string;
  readonly token: string;
  readonly auth: string;
}

/** A project as on the wire. */
export interface Project {
  readonly id: string;
  readonly organization_id: string;
  readonly [field: string]: any;
}

/** An API key; `auth` is the value of its `Authorization` header. */
export interface Key {
  readonly id: string;
  readonly secret: string;
  readonly auth: string;
}

/** One who is in a project's team. */
export interface Member extends Person {
  readonly memberId: string;
}

/**
 * A server with people on it, for one test file. Everybody is made over HTTP, the way people are, when they are
 * first asked for. Those that have a name stay for the rest of the file, since each costs two password hashes: a
 * test that changes the person itself takes a new {@link person}.
 */
export class Scene {
  private readonly people = new Map<string, Promise<Person>>();
  /** By project. */
  private readonly owners = new Map<string, Person>();

  private constructor(
    readonly server: TestServer,
    /** The platform admin. */
    readonly root: Person,
  ) {}

  /** Starts a server of its own; `environment` as for `startServer`. */
  static async open(environment: Record<string, string> = {}): Promise<Scene> {
    const server = await startServer(environment);
    try {
      return new Scene(server, await admin(server));
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.server.stop();
  }

  get api(): Client {
    return this.server.api;
  }

  /** Somebody new. */
  person(overrides?: Parameters<typeof signUp>[1]): Promise<Person> {
    return signUp(this.server, overrides);
  }

  /** The person of that name, the same one each time. */
  someone(name: string): Promise<Person> {
    let person = this.people.get(name);
    if (!person) this.people.set(name, (person = this.person()));
    return person;
  }

  /** Who owns the projects that are made without saying whose they are. */
  owner(): Promise<Person> {
    return this.someone('owner');
  }

  /** Somebody who has nothing to do with the owner's projects, but projects of their own. */
  stranger(): Promise<Person> {
    return this.someone('stranger');
  }

  /** A new project. */
  async project(body: Record<string, unknown> = {}, owner?: Person): Promise<Project> {
    const person = owner ?? (await this.owner());
    const project = await createProject(this.server, person.auth, body);
    this.owners.set(project.id, person);
    return project;
  }

  /** Puts somebody into a project's team; unless told who, the one of that role and status, the same each time. */
  async member(
    project: { id: string },
    role: TeamRole,
    { status, person }: { status?: MemberEntity['status']; person?: Person } = {},
  ): Promise<Member> {
    const joiner = person ?? (await this.someone(`${status ?? 'active'} ${role}`));
    return { ...joiner, memberId: await addMember(this.server, project.id, joiner, role, status) };
  }

  /** A key of a project, issued by its owner; `role` as for a member, else the server's choice. */
  async key(project: Project, role?: TeamRole, body: Record<string, unknown> = {}): Promise<Key> {
    const { auth } = this.owners.get(project.id)!;
    const as = role === undefined ? {} : { role_id: roleId(role) };
    const { api_key, secret } = await createKey(this.server, auth, project.id, { ...as, ...body });
    return { id: api_key.id, secret, auth: basic(secret) };
  }
}

/** Registers, activates and signs in a new person, the way a person does. */
export async function signUp(
  server: Reachable,
  overrides: Partial<Record<'email' | 'password' | 'first_name' | 'name' | 'phone' | 'country', string>> = {},
): Promise<Person> {
  const registration = {
    email: `${randomBytes(5).toString('hex')}@people.example`,
    password: PASSWORD,
    first_name: 'Ada',
    name: 'Lovelace',
    ...overrides,
  };
  expectStatus(201, await server.api.post('/v1/users', registration));
  const token = tokenIn(await waitForMail(server, registration.email, 'activate'), 'activate');
  expectStatus(200, await server.api.post('/v1/users/activate', { token, password: registration.password }));
  return signIn(server, registration.email, registration.password);
}

/** Signs the first platform admin in. */
export function admin(server: Reachable): Promise<Person> {
  return signIn(server, ADMIN_EMAIL, ADMIN_PASSWORD);
}

export async function signIn(server: Reachable, email: string, password: string): Promise<Person> {
  const { user, token } = expectStatus(201, await server.api.post('/v1/sessions', { email, password })).body;
  return { user, password, token, auth: bearer(token) };
}

/** Creates a project and returns it as on the wire. */
export async function createProject(
  server: Reachable,
  auth: string,
  body: Record<string, unknown> = {},
): Promise<Project> {
  return expectStatus(201, await server.api.post('/v1/projects', { name: 'Weather', ...body }, { auth }))
    .body;
}

/** Issues an API key of a project; `secret` is what a script authenticates with. */
export async function createKey(
  server: Reachable,
  auth: string,
  projectId: string,
  body: Record<string, unknown> = {},
): Promise<{ api_key: { id: string; [field: string]: any }; secret: string }> {
  const path = `/v1/projects/${projectId}/api-keys`;
  return expectStatus(201, await server.api.post(path, { name: 'Script', ...body }, { auth })).body;
}

/** Fails with the answer's body in the message, which says more than two numbers that differ. */
export function expectStatus<T>(status: number, answer: Answer<T>): Answer<T> {
  if (answer.status === status) return answer;
  throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
}

export const ROLE_IDS = {
  administrator: SYSTEM_ROLES.administrator.id,
  member: SYSTEM_ROLES.member.id,
  viewer: SYSTEM_ROLES.viewer.id,
} as const;

/** What a person is in a project's team: a system role's name, or a role's id. */
export type TeamRole = keyof typeof ROLE_IDS | (string & {});

const roleId = (role: TeamRole): string =>
  role in ROLE_IDS ? ROLE_IDS[role as keyof typeof ROLE_IDS] : role;

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
    role_id: roleId(role),
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
