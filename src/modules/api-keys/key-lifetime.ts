import type { ApiKeyEntity } from './api-key.entity.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Whole days since a key's present secret was made. */
export function ageInDays(
  { created_at, regenerated_at }: Pick<ApiKeyEntity, 'created_at' | 'regenerated_at'>,
  now: Date,
): number {
  // Another machine's clock may be ahead.
  return Math.max(0, Math.floor((now.getTime() - (regenerated_at ?? created_at).getTime()) / DAY_MS));
}

/** The latest expiry of a key under a maximum lifetime: a new secret does not prolong it. */
export function endOfLife({ created_at }: Pick<ApiKeyEntity, 'created_at'>, lifetimeDays: number): Date {
  return new Date(created_at.getTime() + lifetimeDays * DAY_MS);
}

/** By when a key must have been replaced under a maximum lifetime; null without one, and once it is revoked. */
export function rotationDue(
  key: Pick<ApiKeyEntity, 'created_at' | 'expires_at' | 'status'>,
  lifetimeDays: number | null,
): Date | null {
  if (lifetimeDays === null || key.status === 'revoked') return null;
  const end = endOfLife(key, lifetimeDays);
  return key.expires_at !== null && key.expires_at < end ? key.expires_at : end;
}

/** How many days before its expiry people are told of a key. */
const NOTICE_DAYS = [14, 3, 1];

/** When people are next told that a key expires: the first time after `after`; null when there is none any more. */
export function nextNotice(expiresAt: Date | null, after: Date): Date | null {
  if (expiresAt === null) return null;
  const times = NOTICE_DAYS.map(days => new Date(expiresAt.getTime() - days * DAY_MS));
  return times.find(at => at > after) ?? null;
}
