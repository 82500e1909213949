import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { toWire } from '../../kernel/http/schemas.js';
import { MemberService } from '../teams/member.service.js';
import { TeamList } from '../teams/team-list.service.js';
import { KeyTraffic } from '../usage/key-traffic.service.js';
import type { ApiKeyEntity } from './api-key.entity.js';
import type { KeyImpact } from './key-impact.dto.js';
import { KeyRights } from './key-rights.service.js';

const DAY_MS = 86_400_000;

/** Who would notice if a key were gone. */
@Injectable()
export class KeyImpactService {
  constructor(
    private readonly rights: KeyRights,
    private readonly traffic: KeyTraffic,
    private readonly members: MemberService,
    private readonly team: TeamList,
  ) {}

  /** @throws AppError `not_found`, `permission_denied` */
  async of(ctx: RequestContext, projectId: string, id: string, days: number): Promise<KeyImpact> {
    const key = await this.rights.accessible(ctx, projectId, id, 'api_keys:read');
    const to = new Date();
    const from = new Date(to.getTime() - days * DAY_MS);
    const { callers, more, since } = await this.traffic.callers(ctx, projectId, id, { from, to });
    return {
      from: from.toISOString(),
      to: to.toISOString(),
      callers_from: since.toISOString(),
      callers: callers.map(({ lastAt, ...caller }) => ({ ...caller, last_at: lastAt.toISOString() })),
      more_callers: more,
      routes: await this.traffic.routes(ctx, projectId, id, { from, to }),
      members: ctx.can('members:read') ? await this.membersOf(ctx, key) : [],
      secrets: secretsOf(key, to),
    };
  }

  private async membersOf(ctx: RequestContext, key: ApiKeyEntity): Promise<KeyImpact['members']> {
    const creator = await this.members.membership(ctx, key.project_id, key.created_by);
    const ids = new Set([key.member_id, creator?.id].filter(id => typeof id === 'string'));
    const members: KeyImpact['members'] = [];
    for (const id of ids) {
      // Who left the team does not notice any more.
      if (!(await this.members.find(ctx, key.project_id, id))) continue;
      const { name } = await this.team.get(ctx, key.project_id, id);
      const relations: KeyImpact['members'][number]['relations'] = [];
      if (id === key.member_id) relations.push('holder');
      if (id === creator?.id) relations.push('creator');
      members.push({ id, name, relations });
    }
    return members;
  }
}

function secretsOf(key: ApiKeyEntity, now: Date): KeyImpact['secrets'] {
  if (key.status === 'revoked') return [];
  const { previous_expires_at: until, previous_last_used_at: previousUse, last_used_at: use } = key;
  const byPrevious = previousUse !== null && use !== null && previousUse >= use;
  const current = { preview: key.preview, last_used_at: toWire(byPrevious ? null : use), expires_at: null };
  if (until === null || until <= now) return [current];
  return [current, { preview: null, last_used_at: toWire(previousUse), expires_at: until.toISOString() }];
}
