import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import type { AuditRecord } from '../../kernel/event-log/audit-record.js';
import type { AnswersCascades, LostRights } from '../../kernel/facets/cascades.js';
import {
  type AnswersMutationEffects,
  type AnswersProjectEffects,
  type AnswersUserEffects,
  countOf,
  type Effect,
  type UserAction,
} from '../../kernel/facets/effects.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersPurging } from '../../kernel/facets/purging.js';
import { targetOf, toFacts } from './invitation.dto.js';
import { InvitationRepository } from './invitation.repository.js';
import { invitationTarget } from './invitation.service.js';
import { InvitationAcceptors } from './invitation-acceptor.js';

const BATCH = 500;

/**
 * Invitations can be looked up by those who see the team, or administer the organization, they are to. They end when
 * whoever gave them could not do so any more.
 */
@Facet()
export class InvitationFacet
  implements
    AnswersLookups,
    AnswersPurging,
    AnswersUserEffects,
    AnswersProjectEffects,
    AnswersMutationEffects,
    Pick<AnswersCascades, 'rightsLost'>
{
  readonly lookup = {
    prefix: 'inv',
    object: 'invitation',
    madeOf: ['invitation.email', 'member.email'],
    permission: 'members:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  readonly purging = {
    expired_invitations: {
      count: (ctx: RequestContext, projectId: string, before: Date) =>
        this.invitations.countExpired(ctx, projectId, before),
      deleteBatch: (ctx: RequestContext, projectId: string, before: Date, limit: number) =>
        this.units.bookkeeping(ctx, () => this.invitations.deleteExpired(ctx, projectId, before, limit)),
    },
  };

  constructor(
    private readonly invitations: InvitationRepository,
    private readonly acceptors: InvitationAcceptors,
    private readonly units: UnitOfWork,
  ) {}

  async userEffects(ctx: RequestContext, userId: string, action: UserAction): Promise<Effect[]> {
    if (action !== 'suspend' && action !== 'delete') return [];
    return [
      { effect: 'invitations_ended', count: (await this.invitations.pendingGiven(ctx, { userId })).length },
    ];
  }

  async projectEffects(ctx: RequestContext, projectId: string, action: string): Promise<Effect[]> {
    if (action !== 'delete') return [];
    return [
      {
        effect: 'invitations_ended',
        count: (await this.invitations.pendingGiven(ctx, { projectId })).length,
      },
    ];
  }

  async mutationEffects(_ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    return [{ effect: 'invitations_ended', count: countOf(record, 'invitation.revoked', 'invitation') }];
  }

  async rightsLost(ctx: RequestContext, whose: LostRights): Promise<void> {
    const pending = (await this.invitations.pendingGiven(ctx, whose)).map(toFacts);
    const lost: string[] = [];
    for (const kind of ['project', 'organization'] as const) {
      const ofKind = pending.filter(({ target }) => target.kind === kind);
      if (ofKind.length === 0) continue;
      const given = await this.acceptors.for(kind).stillGiven(ctx, ofKind);
      lost.push(...ofKind.map(({ id }) => id).filter(id => !given.has(id)));
    }
    let count = 0;
    for (let from = 0; from < lost.length; from += BATCH) {
      count += await this.invitations.revokePending(ctx, lost.slice(from, from + BATCH));
    }
    if (count === 0) return;
    const ended = invitationTarget({ id: 'pending', email: `${count} invitations` });
    ctx.audit.effect('invitation.revoked', ended, { status: 'pending' }, { status: 'revoked', count });
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const invitation = await this.invitations.findAnywhere(ctx, id);
    if (!invitation) return null;
    const target = targetOf(invitation);
    if (target.kind !== 'project') {
      const acceptor = this.acceptors.for(target.kind);
      if (!(await acceptor.administers?.(ctx, target.id))) return null;
    }
    return {
      id,
      projectId: target.kind === 'project' ? target.id : null,
      name: invitation.email,
      url: `/v1/${target.kind}s/${target.id}/invitations/${id}`,
    };
  }
}
