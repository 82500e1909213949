import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { insertRows } from '../../kernel/database/insert-rows.js';
import { instantForDriver } from '../../kernel/database/instants.js';
import { Lists } from '../../kernel/database/lists.js';
import { type Condition, every, type Stretch } from '../../kernel/database/stretch.js';
import { contains } from '../../kernel/text/search.js';
import type { EventFilter } from './event.dto.js';
import { type EventCategory, EventEntity } from './event.entity.js';

const COLUMNS = [
  ...(['id', 'project_id', 'sequence', 'previous_hash', 'hash', 'type', 'outcome', 'category'] as const),
  ...(['actor_type', 'actor_id', 'actor_name', 'actor_role', 'subject_user_id'] as const),
  ...(['target_type', 'target_id', 'target_name', 'search_text', 'changes', 'effects', 'reason'] as const),
  ...(['ip', 'user_agent', 'request_id', 'created_at'] as const),
];

@Injectable()
export class EventRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  /** By a statement that is prepared once: every mutation has an entry, and its entity would cost several times as much. */
  async insert(ctx: RequestContext, event: EventEntity): Promise<void> {
    const row = {
      ...event,
      changes: JSON.stringify(event.changes),
      effects: JSON.stringify(event.effects),
      created_at: instantForDriver(this.database.kind, event.created_at) as string,
    };
    const manager = await this.database.write(ctx);
    await insertRows(manager, 'events', COLUMNS, [row], () => COLUMNS.map(column => row[column]));
  }

  find(ctx: RequestContext, projectId: string, id: string): Promise<EventEntity | null> {
    return this.database.read(ctx).findOneBy(EventEntity, { id, project_id: projectId });
  }

  findAnywhere(ctx: RequestContext, id: string): Promise<EventEntity | null> {
    return this.database.read(ctx).findOneBy(EventEntity, { id });
  }

  /** Newest first, one row more than `limit`; `projectId` null means the whole platform. */
  async list(
    ctx: RequestContext,
    projectId: string | null,
    filter: EventFilter,
    after: string | null,
  ): Promise<EventEntity[]> {
    const before = after && (!filter.before || after < filter.before) ? after : filter.before;
    const stretches = await this.stretches(ctx, projectId, { ...filter, before });
    return this.lists.newest(ctx, EventEntity, stretches, filter.limit + 1);
  }

  /** How many entries of a project match, at most one more than a page says. */
  async total(ctx: RequestContext, projectId: string, filter: EventFilter): Promise<number> {
    return this.lists.total(ctx, await this.stretches(ctx, projectId, filter));
  }

  /** How many entries of each category match, whatever category the filter asks for. */
  async countByCategory(ctx: RequestContext, filter: EventFilter): Promise<Record<EventCategory, number>> {
    const count = async (about: EventCategory) =>
      this.lists.count(ctx, await this.stretches(ctx, null, { ...filter, about }));
    return { user: await count('user'), project: await count('project'), admin: await count('admin') };
  }

  /**
   * What of the log the filter asks for. A search finds by text or by the target's id: the two are different
   * stretches, so that the first is answered by an index alone.
   */
  private async stretches(
    ctx: RequestContext,
    projectId: string | null,
    { q, ...filter }: EventFilter,
  ): Promise<Stretch[]> {
    if (!q) return this.narrowed(ctx, projectId, filter);
    const { sql, parameters } = contains('t.search_text', q);
    const byText = await this.narrowed(ctx, projectId, filter, { sql, parameters });
    if (filter.target_id !== undefined && filter.target_id !== q) return byText;
    const byTarget = { ...filter, target_id: q };
    return [...byText, ...(await this.narrowed(ctx, projectId, byTarget, { sql: `NOT ${sql}`, parameters }))];
  }

  /** The stretches by the index of the rarest kind of condition; the others are looked at. */
  private async narrowed(
    ctx: RequestContext,
    projectId: string | null,
    { about, type, actor_id, target_id, outcome, from, before }: Omit<EventFilter, 'q'>,
    search?: Condition,
  ): Promise<Stretch[]> {
    const conditions: Partial<Record<string, Condition>> = {
      target_id: target_id === undefined ? undefined : equals('target_id', target_id),
      actor_id: actor_id === undefined ? undefined : equals('actor_id', actor_id),
      outcome: outcome && equals('outcome', outcome),
      type: type === undefined || type === '*' ? undefined : ofType(type),
    };
    const within = (equal: Record<string, string>): Stretch => {
      const others = Object.keys(conditions).filter(name => !(name in equal));
      const ofProject = projectId && !equal.project_id ? equals('project_id', projectId) : undefined;
      const where = every([ofProject, ...others.map(name => conditions[name]), search]);
      const index = INDICES[Object.keys(equal).join()];
      return { table: 'events', id: 'id', index, equal, where, from, before };
    };
    const categories: EventCategory[] = projectId
      ? ['project']
      : about
        ? [about]
        : ['user', 'project', 'admin'];
    const inEach = (equal: Record<string, string>) =>
      categories.map(category => within({ ...equal, category }));
    const inLog = (equal: Record<string, string>) =>
      projectId ? [within({ project_id: projectId, ...equal })] : inEach(equal);

    if (target_id !== undefined) return inEach({ target_id });
    if (actor_id !== undefined) return inEach({ actor_id });
    if (outcome && outcome !== 'success') return inLog({ outcome });
    if (conditions.type && type) {
      const types = await this.typesOf(ctx, projectId, type);
      return types.flatMap(one => inLog({ type: one }));
    }
    return inLog(outcome ? { outcome } : {});
  }

  /** The types that a filter means, of those that the log has: found by jumping through an index. */
  private async typesOf(ctx: RequestContext, projectId: string | null, filter: string): Promise<string[]> {
    if (!filter.endsWith('*')) return [filter];
    const beginning = filter.slice(0, -1);
    const types: string[] = [];
    for (let last = beginning; ; last = types.at(-1)!) {
      const query = this.database.read(ctx).createQueryBuilder(EventEntity, 'e').select('e.type', 'type');
      // What begins so sorts before the beginning followed by the last of all characters that types have.
      query.where(`e.type ${types.length ? '>' : '>='} :last AND e.type < :end`, {
        last,
        end: `${beginning}~`,
      });
      if (projectId) query.andWhere('e.project_id = :projectId', { projectId });
      const next = await query.orderBy('e.type', 'ASC').limit(1).getRawOne<{ type: string }>();
      if (!next) return types;
      types.push(next.type);
    }
  }
}

/** By what a stretch is narrowed. */
const INDICES: Readonly<Record<string, string>> = {
  project_id: 'events_project_list',
  category: 'events_category_list',
  'project_id,type': 'events_project_type',
  'project_id,outcome': 'events_project_outcome',
  'type,category': 'events_type',
  'outcome,category': 'events_outcome',
  'actor_id,category': 'events_actor_list',
  'target_id,category': 'events_target_list',
};

function equals(column: string, value: string): Condition {
  return { sql: `+t.${column} = ?`, parameters: [value] };
}

function ofType(filter: string): Condition {
  if (!filter.endsWith('*')) return equals('type', filter);
  const beginning = filter.slice(0, -1);
  return { sql: '+t.type >= ? AND +t.type < ?', parameters: [beginning, `${beginning}~`] };
}
