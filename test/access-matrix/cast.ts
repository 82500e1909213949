import { addMembers, expectStatus, type Person, type Project, type Scene, signIn } from '../support/scene.js';
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

/** People and keys that outlive every stage. */
export interface Cast {
  readonly scene: Scene;
  readonly server: TestServer;
  readonly root: Person;
  readonly owner: Person;
  readonly callers: Readonly<Record<Principal, Caller>>;
}

/** A project of its own with its team, for operations to be tried on. */
export interface Stage extends Cast {
  readonly project: Project;
}

/** Signs everybody up and in; the other project's key and the revoked one had every permission there is. */
export async function assemble(scene: Scene): Promise<Cast> {
  const { api, server, root } = scene;
  const owner = await scene.owner();
  const stranger = await scene.stranger();
  const other = await scene.key(await scene.project({}, stranger), 'administrator');
  const elsewhere = await scene.project();
  const revoked = await scene.key(elsewhere, 'administrator');
  expectStatus(
    200,
    await api.delete(`/v1/projects/${elsewhere.id}/api-keys/${revoked.id}`, undefined, owner),
  );
  const caller = (person: Person): Caller => ({ auth: person.auth, person });
  return {
    ...{ scene, server, root, owner },
    callers: {
      anonymous: {},
      other_key: { auth: other.auth },
      other_owner: caller(stranger),
      viewer: caller(await scene.someone('viewer')),
      member: caller(await scene.someone('member')),
      administrator: caller(await scene.someone('administrator')),
      suspended_member: caller(await scene.someone('suspended member')),
      revoked_key: { auth: revoked.auth },
      platform_admin: caller(root),
    },
  };
}

/** A fresh project with the whole team in it. */
export async function setStage(cast: Cast): Promise<Stage> {
  const { scene, server, callers } = cast;
  const project = await scene.project();
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
