import type { EventType } from '../../kernel/event-log/event-types.js';
import type { UserAction } from '../../kernel/facets/effects.js';
import type { User } from './user.dto.js';
import type { UserStatus } from './user.entity.js';

export const USER_ACTIONS = [
  'suspend',
  'activate',
  'delete',
  'reset-password',
  'reset-totp',
] as const satisfies UserAction[];

/** From which statuses each action starts, and where it leads; `to` is null when the status stays. */
export const USER_TRANSITIONS: Record<UserAction, { from: readonly UserStatus[]; to: UserStatus | null }> = {
  suspend: { from: ['new', 'activated'], to: 'suspended' },
  activate: { from: ['new', 'suspended', 'deleted'], to: 'activated' },
  delete: { from: ['new', 'activated', 'suspended'], to: 'deleted' },
  'reset-password': { from: ['new', 'activated'], to: null },
  'reset-totp': { from: ['activated', 'suspended'], to: null },
};

/** What the event log calls an action on a user in this state. */
export function eventOf(action: UserAction, user: User): EventType {
  if (action === 'suspend') return 'user.suspended';
  if (action === 'delete') return 'user.deleted';
  if (action === 'reset-password') return 'user.password_reset_requested';
  if (action === 'reset-totp') return 'user.totp_reset';
  return user.status === 'deleted' ? 'user.restored' : 'user.activated';
}
