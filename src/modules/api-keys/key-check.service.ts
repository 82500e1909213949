import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { hashToken } from '../../kernel/crypto/tokens.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { ERROR_CODES, type ErrorCode } from '../../kernel/errors/error-codes.js';
import { parseAddress } from '../../kernel/network/addresses.js';
import { QuotaService } from '../quota/quota.service.js';
import type { QuotaHolder, Standing } from '../quota/quota-window.js';
import { RequestRecorder } from '../usage/request-recorder.service.js';
import { ApiKeyService } from './api-key.service.js';
import type { ExplainKey, KeyExplanation, KeyVerdict, VerifyKey } from './key-check.dto.js';
import { firstFailure, KEY_CHECKS, type KeyRefusal, type KeyRequest } from './key-decision.js';
import type { KeyFacts } from './key-facts.js';
import { KeyLookup } from './key-lookup.service.js';
import { isKeySecret } from './key-secret.js';
import { KeyUsage } from './key-usage.service.js';

const VERDICTS: Record<KeyRefusal, KeyVerdict['code']> = {
  invalid_api_key: 'NOT_FOUND',
  api_key_revoked: 'REVOKED',
  api_key_expired: 'EXPIRED',
  api_key_suspended: 'SUSPENDED',
  project_suspended: 'PROJECT_SUSPENDED',
  ip_not_allowed: 'IP_NOT_ALLOWED',
  domain_not_allowed: 'DOMAIN_NOT_ALLOWED',
  permission_denied: 'INSUFFICIENT_PERMISSIONS',
};

/** Where a verification stands in the request log and the usage of the key that was checked. */
const ROUTE = '/v1/api-keys/verify';

const EXCEEDED = { minute: 'RATE_LIMITED', day: 'USAGE_EXCEEDED' } as const;

/** Tells others of the decision whether a key may pass: gateways in a word, people step by step. */
@Injectable()
export class KeyCheckService {
  constructor(
    private readonly lookup: KeyLookup,
    private readonly keys: ApiKeyService,
    private readonly quota: QuotaService,
    private readonly usage: KeyUsage,
    private readonly recorder: RequestRecorder,
  ) {}

  /**
   * Checks a secret that somebody presented to the caller's own gateway. Never an error, always a verdict, which
   * is logged and metered as a use of the key.
   */
  async verify(ctx: RequestContext, input: VerifyKey): Promise<KeyVerdict> {
    const key = isKeySecret(input.key) ? await this.lookup.find(hashToken(input.key)) : null;
    if (!key || !mayVerify(ctx, key)) return { valid: false, code: 'NOT_FOUND' };
    const failure = firstFailure(key, toKeyRequest(input));
    if (failure) {
      this.record(ctx, key, input, failure.refusal);
      // Of a key that counts as unknown, nothing is told.
      if (failure.refusal === 'invalid_api_key') return { valid: false, code: 'NOT_FOUND' };
      return { valid: false, code: VERDICTS[failure.refusal], ...identityOf(key) };
    }
    const exceeded = await this.charge(ctx, key, input.cost);
    this.record(ctx, key, input, exceeded ? 'usage_limit_exceeded' : null);
    const identity = identityOf(key);
    // What this process knows is fresh where it has just been charged; elsewhere the others are asked.
    if (organizationOf(ctx) !== key.project.organizationId) {
      const [{ id, limits }] = key.quotas as [QuotaHolder];
      await this.quota.current(id, limits);
    }
    const remaining = remainingOf(this.quota.tightest(key.quotas, Date.now()));
    if (exceeded) return { valid: false, code: EXCEEDED[exceeded.policy], ...identity, remaining };
    return { valid: true, code: 'VALID', ...identity, remaining };
  }

  /** What a request with the key would have left, had it come here. A key that asks about itself leaves its own. */
  private record(ctx: RequestContext, key: KeyFacts, input: VerifyKey, refusal: ErrorCode | null): void {
    if (ctx.principal?.id === key.id) return;
    const ip = input.ip === undefined ? null : String(parseAddress(input.ip));
    const status = refusal === null ? 200 : ERROR_CODES[refusal].status;
    if (status !== 401) this.usage.used(key, ip);
    this.recorder.record({
      id: newId('req'),
      requestId: ctx.requestId,
      projectId: key.project.id,
      organizationId: key.project.organizationId,
      apiKeyId: key.id,
      memberId: key.memberId,
      method: 'POST',
      route: ROUTE,
      status,
      durationMs: 0,
      ip,
      userAgent: null,
      errorCode: refusal,
    });
  }

  /**
   * A key's own organization was charged one request for the call; another's is charged the cost it names. Limits of
   * the key itself are charged that cost, or one request, unless it asks about itself and has paid already.
   */
  private charge(ctx: RequestContext, key: KeyFacts, cost: number | undefined) {
    const elsewhere = organizationOf(ctx) !== key.project.organizationId;
    const charged = key.quotas.filter(({ scope }) =>
      scope === 'organization' ? cost && elsewhere : ctx.principal?.id !== key.id,
    );
    return charged.length ? this.quota.consume(charged, cost ?? 1) : null;
  }

  /**
   * Walks a would-be request of a key through every check.
   * @throws AppError `not_found`, `permission_denied`
   */
  async explain(
    ctx: RequestContext,
    projectId: string,
    id: string,
    input: ExplainKey,
  ): Promise<KeyExplanation> {
    await this.keys.get(ctx, projectId, id);
    const key = await this.lookup.findById(ctx, projectId, id);
    if (!key) throw new AppError('not_found');
    const request = toKeyRequest(input);
    const steps = KEY_CHECKS.map(({ check, passes, reason, fix }) =>
      passes(key, request)
        ? { check, passed: true }
        : { check, passed: false, reason: reason(key, request), fix: fix(key, request) },
    );
    return { allowed: steps.every(step => step.passed), steps };
  }
}

/** Keys verify those of their own organization, platform admins all. */
function mayVerify(ctx: RequestContext, key: KeyFacts): boolean {
  return ctx.principal?.type !== 'api_key' || organizationOf(ctx) === key.project.organizationId;
}

function identityOf(key: KeyFacts) {
  return {
    key_id: key.id,
    project_id: key.project.id,
    role: key.role,
    permissions: [...key.permissions],
  };
}

function remainingOf({ limits, quota: { minute, day } }: Standing): KeyVerdict['remaining'] {
  return {
    minute: minute.remaining(limits.requests_per_minute),
    day: day.remaining(limits.requests_per_day),
  };
}

function organizationOf(ctx: RequestContext): string | null {
  return ctx.principal?.type === 'api_key' ? ctx.principal.organizationId : null;
}

function toKeyRequest(input: ExplainKey): KeyRequest {
  const { ip = null, origin = null, permission = null } = input;
  return { ip, origin, permission, at: new Date() };
}
