import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { EventLog } from '../../kernel/database/event-log.port.js';
import { newId, timeOfId } from '../../kernel/database/ids.js';
import type { AuditRecord } from '../../kernel/event-log/audit-record.js';
import { EventFollowers } from '../../kernel/facets/event-followers.js';
import { searchedText } from '../../kernel/text/search.js';
import type { EventCategory, EventEntity } from './event.entity.js';
import { EventRepository } from './event.repository.js';

/** Writes the event log: the unit of work calls it for every mutation. */
@Injectable()
export class EventLogService extends EventLog {
  constructor(
    private readonly events: EventRepository,
    private readonly followers: EventFollowers,
  ) {
    super();
  }

  override async append(ctx: RequestContext, record: AuditRecord): Promise<void> {
    const { type, target } = record;
    if (!type || !record.declared.includes(type)) {
      throw new Error(
        `a unit declaring ${record.declared.join(', ')} ended with event type ${type ?? 'none'}`,
      );
    }
    if (!target) throw new Error(`a unit ended with ${type} but without its target`);
    const actor = actorOf(ctx, record);
    const projectId = record.projectId ?? ctx.project?.id ?? null;
    const id = record.eventId ?? newId('evt');
    await this.events.insert(ctx, {
      id,
      project_id: projectId,
      organization_id: await this.organizationOf(ctx, record, projectId),
      sequence: null,
      previous_hash: null,
      hash: null,
      type,
      outcome: record.outcome,
      category: categoryOf(ctx, projectId),
      ...actor,
      subject_user_id: record.subjectUserId,
      target_type: target.type,
      target_id: target.id,
      target_name: target.name,
      search_text: searchedText([type, target.name ?? '', actor.actor_name ?? ''].join(' ')),
      changes: record.changes,
      effects: record.effects,
      reason: record.reason,
      ip: ctx.ip,
      user_agent: ctx.userAgent?.slice(0, 512) ?? null,
      request_id: ctx.requestId,
      // The very time that the id tells: what the log has of a time is found by its ids.
      created_at: new Date(timeOfId(id)),
    });
    await this.followers.tell(ctx, { id, type, projectId });
  }

  private async organizationOf(
    ctx: RequestContext,
    { organizationId }: AuditRecord,
    projectId: string | null,
  ): Promise<string | null> {
    if (projectId === null) return organizationId;
    if (ctx.project?.id === projectId) return ctx.project.organizationId;
    return this.events.organizationOf(ctx, projectId);
  }
}

type Actor = Pick<EventEntity, 'actor_type' | 'actor_id' | 'actor_name' | 'actor_role'>;

function actorOf(ctx: RequestContext, record: AuditRecord): Actor {
  const actor = record.actor ?? ctx.principal;
  if (!actor) return { actor_type: 'anonymous', actor_id: null, actor_name: null, actor_role: null };
  const role = ctx.role?.name ?? (ctx.isPlatformAdmin ? 'platform_admin' : null);
  return { actor_type: actor.type, actor_id: actor.id, actor_name: actor.name, actor_role: role };
}

/** `project` for what belongs to one, `admin` for what platform admins do elsewhere, else `user`. */
function categoryOf(ctx: RequestContext, projectId: string | null): EventCategory {
  if (projectId) return 'project';
  return ctx.isPlatformAdmin ? 'admin' : 'user';
}
