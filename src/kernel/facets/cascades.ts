import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';
import { Facets } from './facets.js';

/** An account that has just been made; `name` is how people are shown. */
export interface NewAccount {
  readonly id: string;
  readonly name: string;
}

/** A member of a project who was removed for good. */
export interface GoneMember {
  readonly projectId: string;
  readonly memberId: string;
}

/** A user who is no member of an organization any more. */
export interface GoneOrganizationMember {
  readonly userId: string;
  readonly organizationId: string;
}

/** A role that is being deleted, and the one its holders get. */
export interface GoneRole {
  readonly projectId: string;
  readonly roleId: string;
  readonly replacementId: string;
}

/** A project that belongs to another organization now. */
export interface MovedProject {
  readonly projectId: string;
  readonly from: string;
  readonly to: string;
}

/** Whose rights may have become fewer: a person's everywhere, with those of their own keys, a key's, or anybody's in a project or an organization. */
export type LostRights =
  | { readonly userId: string }
  | { readonly keyId: string }
  | { readonly projectId: string }
  | { readonly organizationId: string };

/**
 * A facet of a module that follows what happens elsewhere. Each method works in the caller's unit of work and adds
 * what it did to the effects of the unit's entry.
 */
export interface AnswersCascades {
  /** An account was made. */
  userCreated(ctx: RequestContext, user: NewAccount): Promise<void>;
  /** An account was deleted. */
  userGone(ctx: RequestContext, userId: string): Promise<void>;
  organizationMemberGone(ctx: RequestContext, gone: GoneOrganizationMember): Promise<void>;
  memberGone(ctx: RequestContext, gone: GoneMember): Promise<void>;
  /** Gives the holders of a role its replacement; answers how many there were. */
  roleGone(ctx: RequestContext, gone: GoneRole): Promise<number>;
  /** A project was moved to another organization. */
  projectMoved(ctx: RequestContext, moved: MovedProject): Promise<void>;
  /** Ends what somebody gave and could not give any more. Asked once everything else is written. */
  rightsLost(ctx: RequestContext, whose: LostRights): Promise<void>;
}

/** Lets every module follow what one of them does, in the same unit of work. */
@Injectable()
export class Cascades {
  constructor(private readonly facets: Facets) {}

  async userCreated(ctx: RequestContext, user: NewAccount): Promise<void> {
    for (const facet of this.following('userCreated')) await facet.userCreated(ctx, user);
  }

  async userGone(ctx: RequestContext, userId: string): Promise<void> {
    for (const facet of this.following('userGone')) await facet.userGone(ctx, userId);
  }

  async organizationMemberGone(ctx: RequestContext, gone: GoneOrganizationMember): Promise<void> {
    for (const facet of this.following('organizationMemberGone'))
      await facet.organizationMemberGone(ctx, gone);
  }

  async memberGone(ctx: RequestContext, gone: GoneMember): Promise<void> {
    for (const facet of this.following('memberGone')) await facet.memberGone(ctx, gone);
  }

  /** Answers how many held the role. */
  async roleGone(ctx: RequestContext, gone: GoneRole): Promise<number> {
    let holders = 0;
    for (const facet of this.following('roleGone')) holders += await facet.roleGone(ctx, gone);
    return holders;
  }

  async projectMoved(ctx: RequestContext, moved: MovedProject): Promise<void> {
    for (const facet of this.following('projectMoved')) await facet.projectMoved(ctx, moved);
  }

  async rightsLost(ctx: RequestContext, whose: LostRights): Promise<void> {
    for (const facet of this.following('rightsLost')) await facet.rightsLost(ctx, whose);
  }

  private following<What extends keyof AnswersCascades>(what: What) {
    return this.facets.answering<Pick<AnswersCascades, What>>(what);
  }
}
