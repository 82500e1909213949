import { basic } from '../support/client.js';
import {
  addMembers,
  admin,
  createKey,
  createProject,
  expectStatus,
  ROLE_IDS,
  signIn,
  signUp,
  type Person,
} from '../support/scene.js';
import type { TestServer } from '../support/server.js';

/** Who tries every operation, in the order of the columns of `expectations.ts`. */
export const PRINCIPALS = [
  'anonymous',
  'other_key',
  'other_owner',
  'viewer',
  'member',
  'administrator',
  'suspended_member',
  'revoked_key',
  'platform_admin',
] as const;
export type Principal = (typeof PRINCIPALS)[number];

/** One who tries: nobody, a key, or a person. */
export interface Caller {
  readonly auth?: string;
  readonly person?: Person;
}

/** People and keys that outlive every scene. */
export interface Cast {
  readonly server: TestServer;
  readonly root: Person;
  readonly owner: Person;
  readonly callers: Readonly<Record<Principal, Caller>>;
}

/** A project of its own with its team, for operations to be tried on. */
export interface Scene extends Cast {
  readonly project: { id: string; organization_id: string; [field: string]: any };
}

/** Signs everybody up and in; the other project's key and the revoked one had every permission there is. */
export async function assemble(server: TestServer): Promise<Cast> {
  const root = await admin(server);
  const owner = await signUp(server);
  const otherOwner = await signUp(server);
  const key = async (of: Person) => {
    const { id } = await createProject(server, of.auth);
    const { api_key, secret } = await createKey(server, of.auth, id, { role_id: ROLE_IDS.administrator });
    return { path: `/v1/projects/${id}/api-keys/${api_key.id}`, auth: basic(secret) };
  };
  const revoked = await key(owner);
  expectStatus(200, await server.api.delete(revoked.path, undefined, { auth: owner.auth }));
  const caller = (person: Person): Caller => ({ auth: person.auth, person });
  return {
    server,
    root,
    owner,
    callers: {
      anonymous: {},
      other_key: { auth: (await key(otherOwner)).auth },
      other_owner: caller(otherOwner),
      viewer: caller(await signUp(server)),
      member: caller(await signUp(server)),
      administrator: caller(await signUp(server)),
      suspended_member: caller(await signUp(server)),
      revoked_key: { auth: revoked.auth },
      platform_admin: caller(root),
    },
  };
}

/** A fresh project with the whole team in it. */
export async function setScene(cast: Cast): Promise<Scene> {
  const { server, owner, callers } = cast;
  const project = (await createProject(server, owner.auth)) as Scene['project'];
  await addMembers(server, project.id, [
    { person: callers.viewer.person!, role: 'viewer' },
    { person: callers.member.person!, role: 'member' },
    { person: callers.administrator.person!, role: 'administrator' },
    { person: callers.suspended_member.person!, role: 'administrator', status: 'suspended' },
  ]);
  return { ...cast, project };
}

/** A new session of the same person; of one who is none, what they had. */
export async function signedInAgain(server: TestServer, caller: Caller): Promise<Caller> {
  if (!caller.person) return caller;
  const person = await signIn(server, caller.person.user.email, caller.person.password);
  return { auth: person.auth, person };
}
