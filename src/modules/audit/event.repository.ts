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

/** Whose events: all there are, a project's, an organization's with those of its projects, or a person's own security events. */
export type EventScope =
  | { readonly of: 'platform' }
  | { readonly of: 'project'; readonly id: string }
  | { readonly of: 'organization'; readonly id: string }
  | { readonly of: 'person'; readonly id: string };

const COLUMNS = [
  ...([
    'id',
    'project_id',
    'organization_id',
    'sequence',
    'previous_hash',
    'hash',
    'type',
    'outcome',
    'category',
  ] as const),
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

  /** The organization that a project belongs to. */
  async organizationOf(ctx: RequestContext, projectId: string): Promise<string | null> {
    const [project] = await this.database
      .read(ctx)
      .query<{ organization_id: string }[]>('SELECT organization_id FROM projects WHERE id = ?', [projectId]);
    return project?.organization_id ?? null;
  }

  /** Newest first, one row more than `limit`. */
  async list(
    ctx: RequestContext,
    scope: EventScope,
    filter: EventFilter,
    after: string | null,
  ): Promise<EventEntity[]> {
    const before = after && (!filter.before || after < filter.before) ? after : filter.before;
    const stretches = await this.stretches(ctx, scope, { ...filter, before });
    return this.lists.newest(ctx, EventEntity, stretches, filter.limit + 1);
  }

  /** How many entries match, at most one more than a page says. */
  async total(ctx: RequestContext, scope: EventScope, filter: EventFilter): Promise<number> {
    return this.lists.total(ctx, await this.stretches(ctx, scope, filter));
  }

  /** How many entries of a project's log have an id before this one. */
  countBefore(ctx: RequestContext, projectId: string, before: string): Promise<number> {
    const equal = { project_id: projectId };
    const index = INDICES.project_id;
    return this.lists.count(ctx, [{ table: 'events', id: 'id', index, equal, before }]);
  }

  /** Entries of a project from one id on and before another, oldest first; of one type, when it is given. */
  oldest(
    ctx: RequestContext,
    projectId: string,
    { from, before, type }: { from: string; before: string; type?: string },
    limit: number,
  ): Promise<EventEntity[]> {
    const query = this.database.read(ctx).createQueryBuilder(EventEntity, 'e');
    query.where('e.project_id = :projectId AND e.id >= :from AND e.id < :before', {
      projectId,
      from,
      before,
    });
    if (type) query.andWhere('e.type = :type', { type });
    return query.orderBy('e.id', 'ASC').limit(limit).getMany();
  }

  /** How many entries of these types a project has between two ids. */
  countOfTypes(
    ctx: RequestContext,
    projectId: string,
    { from, before, types }: { from: string; before: string; types: readonly string[] },
  ): Promise<number> {
    const index = INDICES['project_id,type'];
    const stretches = types.map((type): Stretch => {
      return { table: 'events', id: 'id', index, equal: { project_id: projectId, type }, from, before };
    });
    return this.lists.count(ctx, stretches);
  }

  /** How many entries of each category match, whatever category the filter asks for. */
  async countByCategory(ctx: RequestContext, filter: EventFilter): Promise<Record<EventCategory, number>> {
    const count = async (about: EventCategory) =>
      this.lists.count(ctx, await this.stretches(ctx, { of: 'platform' }, { ...filter, about }));
    return { user: await count('user'), project: await count('project'), admin: await count('admin') };
  }

  /**
   * What of the log the filter asks for. A search finds by text or by the target's id: the two are different
   * stretches, so that the first is answered by an index alone.
   */
  private async stretches(
    ctx: RequestContext,
    scope: EventScope,
    { q, ...filter }: EventFilter,
  ): Promise<Stretch[]> {
    if (!q) return this.narrowed(ctx, scope, filter);
    const { sql, parameters } = contains('t.search_text', q);
    const byText = await this.narrowed(ctx, scope, filter, { sql, parameters });
    if (filter.target_id !== undefined && filter.target_id !== q) return byText;
    const byTarget = { ...filter, target_id: q };
    return [...byText, ...(await this.narrowed(ctx, scope, byTarget, { sql: `NOT ${sql}`, parameters }))];
  }

  /** The stretches by the index of the rarest kind of condition; the others are looked at. */
  private async narrowed(
    ctx: RequestContext,
    scope: EventScope,
    filter: Omit<EventFilter, 'q'>,
    search?: Condition,
  ): Promise<Stretch[]> {
    const { about, type, actor_id, target_id, outcome, from, before } = filter;
    const conditions: Partial<Record<string, Condition>> = {
      target_id: target_id === undefined ? undefined : equals('target_id', target_id),
      actor_id: actor_id === undefined ? undefined : equals('actor_id', actor_id),
      outcome: outcome && equals('outcome', outcome),
      type: type === undefined || type === '*' ? undefined : ofType(type),
    };
    const within = (equal: Record<string, string>, more?: Condition): Stretch => {
      const others = Object.keys(conditions).filter(name => !(name in equal));
      const where = every([
        ...belonging(scope, equal),
        ...others.map(name => conditions[name]),
        search,
        more,
      ]);
      const index = INDICES[Object.keys(equal).join()];
      return { table: 'events', id: 'id', index, equal, where, from, before };
    };
    if (scope.of === 'person') return ofPerson(scope.id, within);

    const inEach = (equal: Record<string, string>) =>
      categoriesOf(scope, about).map(category => within({ ...equal, category }));
    const inLog = (equal: Record<string, string>) =>
      scope.of === 'platform' ? inEach(equal) : [within({ [COLUMN[scope.of]]: scope.id, ...equal })];

    if (target_id !== undefined) return inEach({ target_id });
    if (actor_id !== undefined) return inEach({ actor_id });
    if (outcome && outcome !== 'success') return scope.of === 'organization' ? inLog({}) : inLog({ outcome });
    if (conditions.type && type) {
      const types = await this.typesOf(ctx, scope, type);
      return types.flatMap(one => inLog({ type: one }));
    }
    return inLog(outcome && scope.of !== 'organization' ? { outcome } : {});
  }

  /** The types that a filter means, of those that the log has: found by jumping through an index. */
  private async typesOf(ctx: RequestContext, scope: EventScope, filter: string): Promise<string[]> {
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
      if (scope.of === 'project' || scope.of === 'organization')
        query.andWhere(`e.${COLUMN[scope.of]} = :id`, { id: scope.id });
      const next = await query.orderBy('e.type', 'ASC').limit(1).getRawOne<{ type: string }>();
      if (!next) return types;
      types.push(next.type);
    }
  }
}

const COLUMN = { project: 'project_id', organization: 'organization_id' } as const;

/** The condition that what is found otherwise belongs to the scope. */
function belonging(scope: EventScope, equal: Record<string, string>): Condition[] {
  if (scope.of === 'platform' || scope.of === 'person') return [];
  const column = COLUMN[scope.of];
  return equal[column] ? [] : [equals(column, scope.id)];
}

function categoriesOf(scope: EventScope, about: EventCategory | undefined): EventCategory[] {
  if (scope.of === 'project') return ['project'];
  return about ? [about] : ['user', 'project', 'admin'];
}

/** What somebody did to their own account and sessions, and what others did to it. */
function ofPerson(
  id: string,
  within: (equal: Record<string, string>, more: Condition) => Stretch,
): Stretch[] {
  const security = "(+t.type LIKE 'user.%' OR +t.type LIKE 'session.%')";
  const own = {
    sql: `${security} AND (t.subject_user_id IS NULL OR +t.subject_user_id = ?)`,
    parameters: [id],
  };
  const byOthers = { sql: `${security} AND (t.actor_id IS NULL OR +t.actor_id <> ?)`, parameters: [id] };
  return [
    within({ actor_id: id, category: 'user' }, own),
    within({ actor_id: id, category: 'admin' }, own),
    within({ subject_user_id: id }, byOthers),
  ];
}

/** By what a stretch is narrowed. */
const INDICES: Readonly<Record<string, string>> = {
  project_id: 'events_project_list',
  category: 'events_category_list',
  organization_id: 'events_organization',
  subject_user_id: 'events_subject',
  'project_id,type': 'events_project_type',
  'organization_id,type': 'events_organization_type',
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
