import type { Principal } from '../../kernel/context/request-context.js';
import type { KeyFacts } from '../api-keys/key-facts.js';
import type { User } from '../users/user.dto.js';
import { displayName } from '../users/user.service.js';

/** Who presented valid credentials, with what the guards need to know of them. */
export type Caller = KeyCaller | UserCaller;

export interface KeyCaller {
  readonly kind: 'api_key';
  readonly key: KeyFacts;
  readonly principal: Principal;
}

export interface UserCaller {
  readonly kind: 'user';
  readonly user: User;
  readonly sessionId: string;
  readonly lastSeenAt: Date;
  readonly principal: Principal;
}

const KEY_CALLERS = new WeakMap<KeyFacts, KeyCaller>();

/** The caller behind a key; the same object while the same is known of the key. */
export function keyCaller(key: KeyFacts): KeyCaller {
  let caller = KEY_CALLERS.get(key);
  if (!caller) KEY_CALLERS.set(key, (caller = makeKeyCaller(key)));
  return caller;
}

function makeKeyCaller(key: KeyFacts): KeyCaller {
  const { id, name, memberId, project } = key;
  const principal = {
    type: 'api_key',
    id,
    name,
    projectId: project.id,
    organizationId: project.organizationId,
    memberId,
  };
  return { kind: 'api_key', key, principal: principal as Principal };
}

export function userCaller(found: { user: User; sessionId: string; lastSeenAt: Date }): UserCaller {
  const { user, sessionId, lastSeenAt } = found;
  const principal: Principal = {
    type: 'user',
    id: user.id,
    name: displayName(user),
    email: user.email,
    sessionId,
    platformAdmin: user.platform_role === 'admin',
  };
  return { kind: 'user', user, sessionId, lastSeenAt, principal };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the authentication guard; absent on public routes. */
    caller?: Caller;
  }
}
