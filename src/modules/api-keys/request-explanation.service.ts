import { Injectable, RequestMethod } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { DeclaredRoutes } from '../../kernel/routes/declared-routes.js';
import type { RequestLog } from '../usage/request-log.dto.js';
import { RequestLogService } from '../usage/request-log.service.js';
import { LOGGED_CHECKS, refusalOf, wasUnchecked } from './logged-refusals.js';
import type { RequestExplanation } from './request-explanation.dto.js';

/** Tells why a request of the log was refused, by what was recorded of it then, whatever its key is like now. */
@Injectable()
export class RequestExplanationService {
  constructor(
    private readonly logs: RequestLogService,
    private readonly routes: DeclaredRoutes,
  ) {}

  /** @throws AppError `not_found`, also for a request that the caller may not see */
  async explain(ctx: RequestContext, projectId: string, id: string): Promise<RequestExplanation> {
    const line = await this.logs.get(ctx, projectId, id);
    const answer = { status: line.status, error_code: line.error_code };
    if (wasUnchecked(line)) {
      const summary = `The request was answered ${worded(line)} before its key was looked at.`;
      return { allowed: true, steps: [], answer, summary };
    }
    const refusal = refusalOf(line);
    if (!refusal) {
      const steps = LOGGED_CHECKS.map(check => ({ check, passed: true }));
      return { allowed: true, steps, answer, summary: `The key was let in; the answer was ${worded(line)}.` };
    }
    const request = { ...line, permission: this.permissionOf(line) };
    const { check, reason, fix } = refusal;
    const passed = LOGGED_CHECKS.slice(0, LOGGED_CHECKS.indexOf(check));
    return {
      allowed: false,
      steps: [
        ...passed.map(name => ({ check: name, passed: true })),
        { check, passed: false, reason: reason(request), fix: fix(request) },
      ],
      answer,
      summary: `The key was refused; the answer was ${worded(line)}.`,
    };
  }

  /** The permission that the line's route takes. */
  private permissionOf({ method, route }: RequestLog): string | null {
    for (const declared of this.routes) {
      const path = `${declared.outsideV1 ? '' : '/v1'}/${declared.path}`;
      if (path !== route || RequestMethod[declared.method] !== method) continue;
      return declared.access?.includes(':') ? declared.access : null;
    }
    return null;
  }
}

function worded({ status, error_code }: Pick<RequestLog, 'status' | 'error_code'>): string {
  return error_code === null ? String(status) : `${status} (${error_code})`;
}
