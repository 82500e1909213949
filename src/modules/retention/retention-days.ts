import { RETENTION_KINDS, type RetentionKind } from '../../kernel/facets/purging.js';

/** How many days a project keeps each kind; null keeps it for ever. */
export type RetentionDays = Readonly<Record<`${RetentionKind}_days`, number | null>>;

/** What a project keeps that never said anything else. */
export const DEFAULT_DAYS: RetentionDays = {
  request_logs_days: 90,
  events_days: null,
  webhook_deliveries_days: 30,
  reports_days: 30,
  deleted_media_days: 30,
  expired_invitations_days: 30,
};

const DAY_MS = 24 * 60 * 60 * 1000;

/** How many days a kind is kept; null for ever. */
export function daysOf(days: RetentionDays, kind: RetentionKind): number | null {
  return days[`${kind}_days`];
}

/** What is older than this at `now` goes; null when nothing does. */
export function cutOf(days: RetentionDays, kind: RetentionKind, now: Date): Date | null {
  const kept = daysOf(days, kind);
  return kept === null ? null : new Date(now.getTime() - kept * DAY_MS);
}

/** The kinds that are kept for a shorter time afterwards. */
export function shortened(before: RetentionDays, after: RetentionDays): RetentionKind[] {
  const length = (days: RetentionDays, kind: RetentionKind) => daysOf(days, kind) ?? Infinity;
  return RETENTION_KINDS.filter(kind => length(after, kind) < length(before, kind));
}
