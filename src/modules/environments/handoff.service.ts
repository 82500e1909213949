import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import {
  HANDOFF_CHECKS,
  type HandoffCheck,
  HandoffChecks,
  type HandoffFinding,
} from '../../kernel/facets/handoff-checks.js';
import type { Handoff } from './environment.dto.js';

/** What to do about checks that no module of this server answers. */
const UNANSWERED: Partial<Record<HandoffCheck, (projectId: string) => string>> = {
  test_endpoint_connected: id => `Connect an endpoint: POST /v1/projects/${id}/webhook-endpoints.`,
  webhook_delivery_verified: id =>
    `Send a test to an endpoint: POST /v1/projects/${id}/webhook-endpoints/{whk}/test.`,
};

/** Whether a sandbox is ready to be handed over: found in live data, never ticked by hand. */
@Injectable()
export class HandoffService {
  constructor(private readonly checks: HandoffChecks) {}

  /** Every check in its order. */
  async findings(ctx: RequestContext, projectId: string): Promise<Handoff['checks']> {
    const found: Handoff['checks'] = [];
    for (const check of HANDOFF_CHECKS) {
      const { passed, evidence, fix } = await this.find(ctx, projectId, check);
      found.push({ check, passed, evidence, fix: passed ? null : fix });
    }
    return found;
  }

  /** Whether every check passes; asks no further than the first that does not. */
  async isReady(ctx: RequestContext, projectId: string): Promise<boolean> {
    for (const check of HANDOFF_CHECKS) if (!(await this.find(ctx, projectId, check)).passed) return false;
    return true;
  }

  private async find(ctx: RequestContext, projectId: string, check: HandoffCheck): Promise<HandoffFinding> {
    const answer = this.checks.get(check);
    if (answer) return answer(ctx, projectId);
    const fix = UNANSWERED[check]?.(projectId) ?? `This server has nothing that answers ${check}.`;
    return { passed: false, evidence: null, fix };
  }
}
