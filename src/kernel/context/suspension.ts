import { AppError } from '../errors/app-error.js';
import type { RequestContext } from './request-context.js';

/** By what power something was suspended, weakest first. */
const POWERS = ['self', 'team', 'owner', 'platform'] as const;
export type Power = (typeof POWERS)[number];

/** What a caller acts with: a platform admin as such everywhere, anybody else with what their place gives. */
export function powerOf(ctx: RequestContext, place: Exclude<Power, 'platform'>): Power {
  return ctx.isPlatformAdmin ? 'platform' : place;
}

/**
 * Why something suspended with one power cannot be made active with another; null when it can. `by` is null for what
 * was suspended before it was remembered.
 */
export function refusalToLift(by: Power | null, power: Power): AppError | null {
  if (by === null || POWERS.indexOf(power) >= POWERS.indexOf(by)) return null;
  if (by === 'platform') return new AppError('suspended_by_platform');
  return new AppError('permission_denied', {
    message: by === 'owner' ? 'The owner suspended this; only the owner activates it.' : BY_TEAM,
  });
}

/**
 * Whether suspending with this power what is suspended already changes something: those with less, who could lift it
 * before, cannot any more.
 */
export function overrules(by: Power | null, power: Power): boolean {
  if (by === null) return power === 'platform';
  return POWERS.indexOf(power) > POWERS.indexOf(by);
}

const BY_TEAM = 'The team suspended this; activating it takes the permission.';
