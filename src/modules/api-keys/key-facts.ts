import type { Permission } from '../../kernel/access/permissions.js';
import type { HiddenAttributes } from '../../kernel/context/hidden-attributes.js';
import type { Limits, QuotaHolder } from '../quota/quota-window.js';

/** Everything the decision about a key depends on, read with one look-up. */
export interface KeyFacts {
  readonly id: string;
  readonly name: string;
  readonly status: 'activated' | 'suspended' | 'revoked';
  readonly expiresAt: Date | null;
  readonly allowedIps: readonly string[];
  readonly allowedDomains: readonly string[];
  /** Whether it was ever used. */
  readonly used: boolean;
  /** Set when the presented secret is the one before the last regeneration. */
  readonly previousSecretUntil: Date | null;
  readonly memberId: string | null;
  /** What stops the member whose own key it is; null when nothing does, and for keys of no member. */
  readonly memberStoppedIn: 'team' | 'organization' | 'account' | null;
  readonly project: {
    readonly id: string;
    readonly organizationId: string;
    readonly name: string;
    readonly status: string;
    readonly environment: string;
    readonly ownerId: string;
  };
  readonly role: { readonly id: string; readonly name: string };
  /** What the role permits; for a member's own key, only what the member may do too. */
  readonly permissions: ReadonlySet<Permission>;
  /** What is hidden from the role; for a member's own key, also what is hidden from the member. */
  readonly hidden: HiddenAttributes;
  /** What its requests take from: the organization's quota first, then its own if it has one. */
  readonly quotas: readonly QuotaHolder[];
  /** The most it may take: the organization's limits, or its own where they are smaller. */
  readonly limits: Limits;
}
