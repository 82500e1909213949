import type { RequestContext } from '../../kernel/context/request-context.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import { targetOf } from './invitation.dto.js';
import { InvitationRepository } from './invitation.repository.js';
import { InvitationAcceptors } from './invitation-acceptor.js';

/** Invitations can be looked up by those who see the team, or administer the organization, they are to. */
@Facet()
export class InvitationFacet implements AnswersLookups {
  readonly lookup = {
    prefix: 'inv',
    permission: 'members:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly invitations: InvitationRepository,
    private readonly acceptors: InvitationAcceptors,
  ) {}

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
      object: 'invitation',
      projectId: target.kind === 'project' ? target.id : null,
      name: invitation.email,
      url: `/v1/${target.kind}s/${target.id}/invitations/${id}`,
    };
  }
}
