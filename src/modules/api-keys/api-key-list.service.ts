import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import type { ApiKey, ListApiKeys } from './api-key.dto.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { KeyItems } from './key-items.service.js';
import type { KeyFilter } from './key-list.js';
import { KeyRights } from './key-rights.service.js';

/** A project's keys, as far as the caller may see them. */
@Injectable()
export class ApiKeyList {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly rights: KeyRights,
    private readonly items: KeyItems,
  ) {}

  /** All keys for those who may read them, else the caller's own. @throws AppError `permission_denied` */
  async page(ctx: RequestContext, projectId: string, query: ListApiKeys): Promise<Page<ApiKey>> {
    const filter = this.visible(ctx, toFilter(query));
    const after = decodeCursor(query.cursor);
    if (filter === null) return paginate([], query.limit, 0, never => never);
    const now = new Date();
    const rows = await this.keys.newest(ctx, projectId, filter, now, query.limit, after);
    const total = await this.keys.count(ctx, projectId, filter, now);
    const items = await this.items.of(ctx, projectId, rows, now);
    return paginate(rows, query.limit, total, row => items.get(row.id)!);
  }

  /** A filter that leaves what the caller may see; null when that is nothing. */
  private visible(ctx: RequestContext, filter: KeyFilter): KeyFilter | null {
    if (ctx.can('api_keys:read')) return filter;
    const memberId = this.rights.ownMembership(ctx);
    if (!memberId) throw new AppError('permission_denied');
    return filter.memberId === undefined || filter.memberId === memberId ? { ...filter, memberId } : null;
  }
}

function toFilter({ status, member_id, role_id, q, expiring_before, unused_since }: ListApiKeys): KeyFilter {
  return {
    status,
    memberId: member_id,
    roleId: role_id,
    q,
    expiringBefore: expiring_before === undefined ? undefined : new Date(expiring_before),
    unusedSince: unused_since === undefined ? undefined : new Date(unused_since),
  };
}
