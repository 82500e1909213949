import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { EventType } from '../../kernel/event-log/event-types.js';
import type { User } from '../users/user.dto.js';

export type InvitationKind = 'project' | 'organization';

/** What somebody is invited to. */
export interface InvitationTarget {
  readonly kind: InvitationKind;
  readonly id: string;
}

/** What an invitation says, for the module that owns its target. */
export interface InvitationFacts {
  readonly id: string;
  readonly target: InvitationTarget;
  /** In a project the id of a role, in an organization the role itself. */
  readonly role: string;
  readonly email: string;
  /** Id of the user or key that invited. */
  readonly invitedBy: string;
}

/** The names people know a target and a role by. */
export interface InvitationNames {
  readonly target: string;
  readonly role: string;
}

/** What happens to an invitation, as the event log calls it. */
export type InvitationEvents = Record<'invited' | 'resent' | 'revoked' | 'declined', EventType>;

/** How one kind of target takes people in. The module that owns the target registers it. */
export interface InvitationAcceptor {
  readonly kind: InvitationKind;
  readonly events: InvitationEvents;
  /** The names of several invitations' targets and roles, by invitation id; what is gone is left out. */
  names(ctx: RequestContext, invitations: readonly InvitationFacts[]): Promise<Map<string, InvitationNames>>;
  /** Whether the caller may see the invitations to a target that is no project; projects go by their permissions. */
  administers?(ctx: RequestContext, targetId: string): Promise<boolean>;
  /** Which of several invitations, by id, those who gave them could still give. */
  stillGiven(ctx: RequestContext, invitations: readonly InvitationFacts[]): Promise<ReadonlySet<string>>;
  /**
   * Makes the person a member, in the caller's unit of work, and says so in the event log
   * (`ctx.audit.as(…).change(…)`; actor and subject are set already).
   * @throws AppError `member_already_active`; `invitee_suspended`; `invalid_token` when the target no longer exists
   */
  join(ctx: RequestContext, invitation: InvitationFacts, user: User): Promise<void>;
}

/** The kinds of targets there are. */
@Injectable()
export class InvitationAcceptors {
  private readonly byKind = new Map<InvitationKind, InvitationAcceptor>();

  register(acceptor: InvitationAcceptor): void {
    this.byKind.set(acceptor.kind, acceptor);
  }

  /** @throws Error for a kind that no module registered */
  for(kind: InvitationKind): InvitationAcceptor {
    const acceptor = this.byKind.get(kind);
    if (!acceptor) throw new Error(`nobody takes invitations to a ${kind}`);
    return acceptor;
  }

  /** Names for invitations of all kinds, by invitation id. */
  async names(
    ctx: RequestContext,
    invitations: readonly InvitationFacts[],
  ): Promise<Map<string, InvitationNames>> {
    const all = new Map<string, InvitationNames>();
    for (const [kind, acceptor] of this.byKind) {
      const own = invitations.filter(({ target }) => target.kind === kind);
      if (own.length) for (const [id, names] of await acceptor.names(ctx, own)) all.set(id, names);
    }
    return all;
  }
}
