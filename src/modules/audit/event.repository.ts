import { Injectable } from '@nestjs/common';
import { Brackets, type SelectQueryBuilder } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { containsPattern, like, prefixPattern } from '../../kernel/text/search.js';
import { EventEntity, type EventCategory } from './event.entity.js';
import type { EventFilter } from './event.dto.js';

@Injectable()
export class EventRepository {
  constructor(private readonly database: Database) {}

  async insert(ctx: RequestContext, event: EventEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(EventEntity, event);
  }

  find(ctx: RequestContext, projectId: string, id: string): Promise<EventEntity | null> {
    return this.database.read(ctx).findOneBy(EventEntity, { id, project_id: projectId });
  }

  findAnywhere(ctx: RequestContext, id: string): Promise<EventEntity | null> {
    return this.database.read(ctx).findOneBy(EventEntity, { id });
  }

  /** Newest first, one row more than `limit`; `projectId` null means the whole platform. */
  list(
    ctx: RequestContext,
    projectId: string | null,
    filter: EventFilter,
    after: string | null,
  ): Promise<EventEntity[]> {
    const query = this.matching(ctx, projectId, filter);
    if (after) query.andWhere('e.id < :after', { after });
    return query
      .orderBy('e.id', 'DESC')
      .limit(filter.limit + 1)
      .getMany();
  }

  count(ctx: RequestContext, projectId: string | null, filter: EventFilter): Promise<number> {
    return this.matching(ctx, projectId, filter).getCount();
  }

  /** How many entries of each category match, whatever category the filter asks for. */
  async countByCategory(ctx: RequestContext, filter: EventFilter): Promise<Record<EventCategory, number>> {
    const rows = await this.matching(ctx, null, { ...filter, about: undefined })
      .select('e.category', 'category')
      .addSelect('COUNT(*)', 'count')
      .groupBy('e.category')
      .getRawMany<{ category: EventCategory; count: number | string }>();
    const counts = { user: 0, project: 0, admin: 0 };
    for (const row of rows) counts[row.category] = Number(row.count);
    return counts;
  }

  private matching(
    ctx: RequestContext,
    projectId: string | null,
    filter: EventFilter,
  ): SelectQueryBuilder<EventEntity> {
    const query = this.database.read(ctx).createQueryBuilder(EventEntity, 'e');
    if (projectId) query.andWhere('e.project_id = :projectId', { projectId });
    if (filter.about) query.andWhere('e.category = :about', { about: filter.about });
    if (filter.type?.endsWith('*')) {
      query.andWhere(like('e.type', 'type'), { type: prefixPattern(filter.type.slice(0, -1)) });
    } else if (filter.type) query.andWhere('e.type = :type', { type: filter.type });
    if (filter.actor_id) query.andWhere('e.actor_id = :actor', { actor: filter.actor_id });
    if (filter.target_id) query.andWhere('e.target_id = :target', { target: filter.target_id });
    if (filter.outcome) query.andWhere('e.outcome = :outcome', { outcome: filter.outcome });
    if (filter.from) query.andWhere('e.created_at >= :from', { from: filter.from });
    if (filter.to) query.andWhere('e.created_at < :to', { to: filter.to });
    if (filter.q) {
      query.andWhere(
        new Brackets(any =>
          any
            .where(like('e.search_text', 'q'), { q: containsPattern(filter.q!) })
            .orWhere('e.target_id = :exact', { exact: filter.q }),
        ),
      );
    }
    return query;
  }
}
