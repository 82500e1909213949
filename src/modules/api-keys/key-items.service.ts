import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { RoleService } from '../roles/role.service.js';
import { orViewer } from '../roles/system-roles.js';
import { type ApiKey, toApiKey } from './api-key.dto.js';
import type { ApiKeyEntity } from './api-key.entity.js';
import { KeyLifetimes } from './key-lifetimes.service.js';

/** Keys as answers show them: with their role's name, and by when they must be replaced. */
@Injectable()
export class KeyItems {
  constructor(
    private readonly roles: RoleService,
    private readonly lifetimes: KeyLifetimes,
  ) {}

  /** Keys of one project, by id. */
  async of(
    ctx: RequestContext,
    projectId: string,
    keys: readonly ApiKeyEntity[],
    now: Date,
  ): Promise<Map<string, ApiKey>> {
    const roleIds = keys.map(key => key.role_id);
    const roles = await this.roles.findMany(ctx, projectId, roleIds);
    const days = await this.lifetimes.maximumDays(ctx, projectId);
    return new Map(
      keys.map(key => {
        const role = orViewer(roles.get(key.role_id));
        return [key.id, toApiKey({ ...key, role_id: role.id }, role.name, now, days)];
      }),
    );
  }

  /** One key. */
  async one(ctx: RequestContext, key: ApiKeyEntity): Promise<ApiKey> {
    return (await this.of(ctx, key.project_id, [key], new Date())).get(key.id)!;
  }
}
