import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AnswersCascades, GoneMember, GoneRole } from '../../kernel/facets/cascades.js';
import type {
  AnswersProjectEffects,
  AnswersUserEffects,
  Effect,
  UserAction,
} from '../../kernel/facets/effects.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersOrganizationFigures, AnswersProjectFigures } from '../../kernel/facets/figures.js';
import type { AnswersHandoffChecks, HandoffFinding } from '../../kernel/facets/handoff-checks.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersStandings, Standing } from '../../kernel/facets/standings.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { keyTarget } from './api-key.service.js';
import { KeyCountRepository } from './key-count.repository.js';
import { KeyLookup } from './key-lookup.service.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What keys add to projects: how many there are, how many an action stops, whether they are healthy, keys by id; a member's own go with the member. */
@Facet()
export class ApiKeyFacet
  implements
    AnswersHandoffChecks,
    AnswersLookups,
    AnswersProjectFigures,
    AnswersOrganizationFigures,
    AnswersProjectEffects,
    AnswersUserEffects,
    AnswersStandings,
    Pick<AnswersCascades, 'memberGone' | 'roleGone'>
{
  readonly lookup = {
    prefix: 'key',
    object: 'api_key',
    madeOf: ['api_key.name'],
    permission: 'api_keys:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  readonly standing = {
    prefix: 'key',
    of: (ctx: RequestContext, projectId: string, id: string) => this.standingOf(ctx, projectId, id),
  } as const;

  readonly handoffChecks = {
    first_key_issued: (ctx: RequestContext, id: string) => this.firstKeyIssued(ctx, id),
    keys_healthy: (ctx: RequestContext, id: string) => this.keysHealthy(ctx, id),
  };

  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly counts: KeyCountRepository,
    private readonly lookups: KeyLookup,
  ) {}

  async projectFigures(ctx: RequestContext, projectIds: string[]) {
    const counts = await this.counts.countByProject(ctx, projectIds, new Date());
    return new Map(
      [...counts].map(([id, count]) => [id, { api_key_count: count.kept, serving_keys: count.serving }]),
    );
  }

  async projectEffects(ctx: RequestContext, projectId: string, action: string): Promise<Effect[]> {
    if (action !== 'suspend' && action !== 'delete' && action !== 'move') return [];
    const counts = await this.counts.countByProject(ctx, [projectId], new Date());
    const effect = action === 'move' ? 'api_keys_change_quota' : 'api_keys_stopped';
    return [{ effect, count: counts.get(projectId)?.serving ?? 0 }];
  }

  async organizationFigures(ctx: RequestContext, organizationIds: string[]) {
    const counts = await this.counts.countByOrganization(ctx, organizationIds);
    return new Map(organizationIds.map(id => [id, { api_key_count: counts.get(id) ?? 0 }]));
  }

  async userEffects(ctx: RequestContext, userId: string, action: UserAction): Promise<Effect[]> {
    if (action !== 'suspend' && action !== 'delete') return [];
    const effect = action === 'suspend' ? 'api_keys_stopped' : 'api_keys_revoked';
    return [{ effect, count: await this.counts.countOfUser(ctx, userId) }];
  }

  async memberGone(ctx: RequestContext, { projectId, memberId }: GoneMember) {
    for (const { id, name, status } of await this.keys.revokeOfMember(ctx, projectId, memberId)) {
      ctx.audit.effect('api_key.revoked', keyTarget({ id, name }), { status }, { status: 'revoked' });
    }
  }

  async roleGone(ctx: RequestContext, { projectId, roleId, replacementId }: GoneRole): Promise<number> {
    const count = await this.keys.replaceRole(ctx, projectId, roleId, replacementId);
    if (count) {
      const holders = keyTarget({ id: 'holders', name: `${count} keys` });
      ctx.audit.effect('api_key.updated', holders, { role_id: roleId }, { role_id: replacementId, count });
    }
    return count;
  }

  private async firstKeyIssued(ctx: RequestContext, projectId: string): Promise<HandoffFinding> {
    const key = await this.keys.oldest(ctx, projectId);
    return {
      passed: key !== null,
      evidence: key && { key_id: key.id, at: key.created_at.toISOString() },
      fix: `Issue a key: POST /v1/projects/${projectId}/api-keys.`,
    };
  }

  /** Healthy keys have not expired, do not within a week, and were used if they are a month old. */
  private async keysHealthy(ctx: RequestContext, projectId: string): Promise<HandoffFinding> {
    const now = Date.now();
    const { active, ailing, firstAiling } = await this.keys.health(ctx, projectId, {
      expiringBy: new Date(now + 7 * DAY_MS),
      unusedSince: new Date(now - 30 * DAY_MS),
    });
    const keys = `/v1/projects/${projectId}/api-keys`;
    if (firstAiling === null) {
      const evidence = active > 0 ? { count: active } : null;
      return { passed: active > 0, evidence, fix: `Issue a key, or activate one: POST ${keys}.` };
    }
    return {
      passed: false,
      evidence: { count: ailing, key_id: firstAiling },
      fix: `A key has expired, expires within 7 days or was never used in 30 days: move its expires_at by PATCH ${keys}/${firstAiling}, use it, or revoke it by DELETE.`,
    };
  }

  /** What a key may do that nothing but where it is used from could stop. */
  private async standingOf(ctx: RequestContext, projectId: string, id: string): Promise<Standing | null> {
    const key = await this.lookups.findById(ctx, projectId, id);
    const expired = key?.expiresAt && key.expiresAt <= new Date();
    return key?.status === 'activated' && !expired && key.memberStoppedIn === null ? key : null;
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const key = await this.keys.findAnywhere(ctx, id);
    return (
      key && {
        id,
        projectId: key.project_id,
        name: key.name,
        url: `/v1/projects/${key.project_id}/api-keys/${id}`,
      }
    );
  }
}
