import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';
import { Facets } from './facets.js';

/** What must hold before a sandbox may be promoted, in the order in which it is shown. */
export const HANDOFF_CHECKS = [
  'purpose_labelled',
  'first_key_issued',
  'first_lookup_made',
  'test_endpoint_connected',
  'webhook_delivery_verified',
  'usage_visible',
  'keys_healthy',
  'billing_owner_named',
] as const;
export type HandoffCheck = (typeof HANDOFF_CHECKS)[number];

/** What a check found in live data. */
export interface HandoffFinding {
  readonly passed: boolean;
  /** The data that it stands on, as the wire shows it: `{ key_id, at }`, `{ count }`; null for none. */
  readonly evidence: Readonly<Record<string, unknown>> | null;
  /** What to do, a sentence with the route; shown unless the check passed. */
  readonly fix: string;
}

/** Answers a check from live data. */
export type CheckHandoff = (ctx: RequestContext, projectId: string) => Promise<HandoffFinding>;

/** A facet of a module whose data some check stands on. */
export interface AnswersHandoffChecks {
  readonly handoffChecks: Partial<Record<HandoffCheck, CheckHandoff>>;
}

/** Knows who answers each check. */
@Injectable()
export class HandoffChecks {
  constructor(private readonly facets: Facets) {}

  /** Who answers a check; undefined when no module does. */
  get(check: HandoffCheck): CheckHandoff | undefined {
    return this.facets
      .answering<AnswersHandoffChecks>('handoffChecks')
      .find(({ handoffChecks }) => handoffChecks[check])?.handoffChecks[check];
  }
}
