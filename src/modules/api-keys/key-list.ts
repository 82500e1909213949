import { instantForDriver } from '../../kernel/database/instants.js';
import { type Condition, every, type Stretch } from '../../kernel/database/stretch.js';
import { contains } from '../../kernel/text/search.js';
import type { ApiKey } from './api-key.dto.js';
import type { ApiKeyEntity } from './api-key.entity.js';

/** What a project's keys can be narrowed by. */
export interface KeyFilter {
  readonly status?: ApiKey['status'];
  readonly memberId?: string;
  readonly roleId?: string;
  readonly q?: string;
  /** Those that have not expired, but will before this instant. */
  readonly expiringBefore?: Date;
  /** Those made before this instant and not used since. */
  readonly unusedSince?: Date;
}

type Status = ApiKeyEntity['status'];

const KEPT: readonly Status[] = ['activated', 'suspended'];

/** A filter's keys in the order of the list, by the index that knows most of it. `now` decides what has expired. */
export function stretchesOf(projectId: string, filter: KeyFilter, now: Date): Stretch[] {
  const { memberId, roleId } = filter;
  const statuses = statusesOf(filter);
  const project = { project_id: projectId };
  if (memberId !== undefined) {
    const further = every([inStatus(statuses), is('role_id', roleId), ...conditionsOf(filter, now)]);
    return [stretch('api_keys_owner_list', { ...project, member_id: memberId }, further)];
  }
  if (roleId !== undefined) {
    const further = every([inStatus(statuses), ...conditionsOf(filter, now)]);
    return [stretch('api_keys_role_list', { ...project, role_id: roleId }, further)];
  }
  const further = every(conditionsOf(filter, now));
  if (statuses === null) return [stretch('api_keys_project', project, further)];
  return statuses.map(status => stretch('api_keys_status_list', { ...project, status }, further));
}

/** The statuses, as they are kept, that a filter leaves; null for all of them. */
function statusesOf({ status, expiringBefore, unusedSince }: KeyFilter): readonly Status[] | null {
  if (status === 'expired') return KEPT;
  if (status !== undefined) return [status];
  return expiringBefore || unusedSince ? KEPT : null;
}

/** What no index knows. The instants are text, which both databases compare with an instant. */
function conditionsOf(
  { status, q, expiringBefore, unusedSince }: KeyFilter,
  now: Date,
): (Condition | undefined)[] {
  const at = textOf(now);
  return [
    status === 'expired' ? { sql: 't.expires_at <= ?', parameters: [at] } : undefined,
    status === 'activated' || status === 'suspended'
      ? { sql: '(t.expires_at IS NULL OR t.expires_at > ?)', parameters: [at] }
      : undefined,
    expiringBefore && {
      sql: "t.expires_at > ? AND t.expires_at < ? AND +t.status <> 'revoked'",
      parameters: [at, textOf(expiringBefore)],
    },
    unusedSince && {
      sql: 't.created_at < ? AND (t.last_used_at IS NULL OR t.last_used_at < ?)',
      parameters: [textOf(unusedSince), textOf(unusedSince)],
    },
    q ? contains('t.search_text', q) : undefined,
  ];
}

function inStatus(statuses: readonly Status[] | null): Condition | undefined {
  if (statuses === null) return undefined;
  return { sql: `+t.status IN (${statuses.map(() => '?').join(', ')})`, parameters: [...statuses] };
}

function is(column: string, value: string | undefined): Condition | undefined {
  return value === undefined ? undefined : { sql: `+t.${column} = ?`, parameters: [value] };
}

function stretch(index: string, equal: Record<string, string>, where: Condition | undefined): Stretch {
  return { table: 'api_keys', index, id: 'id', equal, where };
}

function textOf(at: Date): string {
  return String(instantForDriver('sqlite', at));
}
