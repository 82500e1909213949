import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../kernel/errors/app-error.js';
import { type QuotaRefusal, QuotaService } from '../quota/quota.service.js';

/**
 * Spends one request of the organization's quota, and of the key's own if it has one, for every request with a key that
 * was granted access. Refused requests cost nothing: a stopped key cannot use up what the others share.
 */
@Injectable()
export class RateGuard implements CanActivate {
  constructor(private readonly quota: QuotaService) {}

  /** @throws AppError `usage_limit_exceeded` */
  canActivate(execution: ExecutionContext): boolean | Promise<boolean> {
    const request = execution.getArgByIndex<FastifyRequest>(0);
    const { caller } = request;
    if (caller?.kind !== 'api_key') return true;
    const refusal = this.quota.consume(caller.key.quotas);
    return refusal instanceof Promise
      ? refusal.then(answer => admit(request, answer))
      : admit(request, refusal);
  }
}

function admit(request: FastifyRequest, refusal: QuotaRefusal | null): true {
  if (refusal === null) return (request.spent = true);
  const { scope, policy, limit, resetsAt, retryAfterSeconds } = refusal;
  throw new AppError('usage_limit_exceeded', {
    ...(scope === 'api_key' && { message: 'The key has used up its own limit; details.policy says which.' }),
    retryAfter: retryAfterSeconds,
    details: { policy, limit, scope, resets_at: resetsAt.toISOString() },
  });
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the request took some of its organization's quota. */
    spent?: boolean;
  }
}
