import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AuditRecord } from '../../kernel/event-log/audit-record.js';
import { type AnswersMutationEffects, countOf, type Effect } from '../../kernel/facets/effects.js';
import { Facet } from '../../kernel/facets/facets.js';
import { lostPermissions } from '../roles/lost-permissions.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { KeyCountRepository } from './key-count.repository.js';

/** What mutations would do to keys: which stop, end or can do less, and which secrets end. */
@Facet()
export class KeyEffectsFacet implements AnswersMutationEffects {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly counts: KeyCountRepository,
  ) {}

  async mutationEffects(ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    return [...(await this.direct(ctx, record)), ...(seesKeys(ctx) ? await this.others(ctx, record) : [])];
  }

  /** To the key that the request is about. */
  private async direct(ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    const { type } = record;
    if (type === 'api_key.revoked') return [{ effect: 'api_keys_revoked', count: 1 }];
    if (type === 'api_key.suspended') return stopped(ctx, record);
    if (type === 'api_key.regenerated') return this.endedSecrets(ctx, record);
    return [];
  }

  /** To keys of a member, or with a role, that the request is about. */
  private async others(ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    const { type } = record;
    if (type === 'member.suspended' || type === 'organization.member_suspended')
      return this.stoppedWithMember(ctx, record);
    const revoked = countOf(record, 'api_key.revoked', 'api_key');
    return [
      { effect: 'api_keys_revoked', count: revoked },
      ...(ctx.hides('api_key.role') ? [] : await this.withRole(ctx, record)),
    ];
  }

  private async withRole(ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    if (record.type === 'role.updated') return this.limited(ctx, record);
    return [{ effect: 'api_keys_role_changed', count: countOf(record, 'api_key.updated', 'api_key') }];
  }

  /** The secrets that would end at once, and the one that would after its grace period. */
  private async endedSecrets(ctx: RequestContext, { target, changes }: AuditRecord): Promise<Effect[]> {
    const until = changes.old_one_accepted_until?.after as string | undefined;
    const key = await this.keys.find(ctx, ctx.project!.id, target!.id);
    const inGrace = key?.previous_expires_at && key.previous_expires_at > new Date();
    const older = inGrace && !ctx.hides('api_key.previous_secret') ? 1 : 0;
    if (until === undefined) return [{ effect: 'secrets_ended', count: 1 + older }];
    return [
      { effect: 'secrets_ended', count: older },
      { effect: 'secrets_ending', count: 1, at: until },
    ];
  }

  private async stoppedWithMember(
    ctx: RequestContext,
    { subjectUserId, organizationId }: AuditRecord,
  ): Promise<Effect[]> {
    if (ctx.hides('api_key.status')) return [];
    const where = ctx.project ? { projectId: ctx.project.id } : { organizationId: organizationId! };
    const count = await this.counts.countServingOfUser(ctx, subjectUserId!, where, new Date());
    return [{ effect: 'api_keys_stopped', count }];
  }

  /** The keys that can do less when the role permits less: those that hold it, and those whose member does. */
  private async limited(ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    if (lostPermissions(record).length === 0) return [];
    const count = await this.counts.countLimitedBy(ctx, ctx.project!.id, record.target!.id);
    return [{ effect: 'api_keys_affected', count }];
  }
}

/** In an organization its own roles decide, and whoever gets here manages its members. */
function seesKeys(ctx: RequestContext): boolean {
  return ctx.project === null || ctx.can('api_keys:read');
}

/** What is suspended already is not stopped; but that is for those to know who may see the status. */
function stopped(ctx: RequestContext, { changes }: AuditRecord): Effect[] {
  return [{ effect: 'api_keys_stopped', count: changes.status || ctx.hides('api_key.status') ? 1 : 0 }];
}
