import { Injectable, Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AccessCache } from '../../kernel/access-cache/access-cache.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { clientAddress } from '../../kernel/http/client-address.js';
import { addressLabel, methodLabel, routeLabel, userAgentLabel } from '../../kernel/http/request-labels.js';
import { isStopped } from '../api-keys/key-decision.js';
import { KeyUsage } from '../api-keys/key-usage.service.js';
import { writeLimitHeaders } from '../quota/limit-headers.js';
import { QuotaService } from '../quota/quota.service.js';
import { LineAllowance } from '../usage/line-allowance.js';
import { RequestRecorder } from '../usage/request-recorder.service.js';
import { SessionService } from '../users/session.service.js';
import type { KeyCaller } from './caller.js';
import { Callers } from './callers.service.js';
import { readCredentials } from './credentials.js';

/**
 * What every request with credentials leaves: the key's last use, the request log, the meter; and, on the
 * answer, what is left of the quota. Hooks rather than an interceptor, so that refusals count too.
 */
@Injectable()
export class UsageHook {
  private readonly logger = new Logger('UsageHook');
  private readonly lines = new LineAllowance();

  constructor(
    private readonly keys: KeyUsage,
    private readonly sessions: SessionService,
    private readonly cache: AccessCache,
    private readonly quota: QuotaService,
    private readonly recorder: RequestRecorder,
    private readonly callers: Callers,
  ) {}

  /** Hooks into every request. Callbacks rather than promises: they cost the hot path nothing. */
  attach(fastify: FastifyInstance): void {
    fastify.addHook('onSend', (request, reply, payload, done) => {
      const { caller } = request;
      // Nobody waits for the answer any more: `onResponse` will not come.
      if (request.raw.socket.destroyed) this.answered(request, reply);
      if (caller?.kind !== 'api_key' || reply.statusCode === 401) return done(null, payload);
      this.writeHeaders(caller, reply);
      if (reply.statusCode >= 300 || !isFirst(caller.key)) return done(null, payload);
      void this.usedFirst(caller, request).then(() => done(null, payload));
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      this.answered(request, reply);
      done();
    });
    // After the last answer, while the database is still open.
    fastify.addHook('onClose', () => this.quota.close());
  }

  private answered(request: FastifyRequest, reply: FastifyReply): void {
    const { caller } = request;
    if (caller?.kind === 'api_key') this.note(caller, request, reply);
    else if (caller && reply.statusCode !== 401) this.sessions.touch(caller.sessionId, caller.lastSeenAt);
    else if (!request.ctx && reply.statusCode >= 400) void this.noteUnguarded(request, reply);
  }

  private writeHeaders({ key }: KeyCaller, reply: FastifyReply): void {
    const now = Date.now();
    writeLimitHeaders(reply, this.quota.tightest(key.quotas, now), now);
  }

  /** Records a key's first success before it is answered, so that it shows at once. The answer is sent whatever happens here. */
  private async usedFirst({ key }: KeyCaller, { ctx, id }: FastifyRequest): Promise<void> {
    if (!ctx) return;
    try {
      await this.keys.usedFirst(ctx, key);
      this.cache.forget();
    } catch (error) {
      this.logger.error({ err: error, request_id: id }, 'the first use of a key could not be recorded');
    }
  }

  /** Notes a request with a known key, after it was answered. Refused with 401, the key was not used. */
  private note({ key }: KeyCaller, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.statusCode !== 401) this.keys.used(key, clientAddress(request));
    this.record(key, request, reply);
  }

  /** Notes what failed before anybody asked who calls: a body that cannot be read, a route that is not there. */
  private async noteUnguarded(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      const { kind, hash } = readCredentials(request.headers.authorization);
      if (kind === 'api_key') this.record((await this.callers.ofKey(hash)).key, request, reply);
    } catch (error) {
      // Without a known key it is nobody's request.
      if (error instanceof AppError) return;
      this.logger.warn({ err: error, request_id: request.id }, 'a refused request could not be logged');
    }
  }

  private record(key: KeyCaller['key'], request: FastifyRequest, reply: FastifyReply): void {
    const record = {
      id: request.id,
      requestId: request.id,
      projectId: key.project.id,
      organizationId: key.project.organizationId,
      apiKeyId: key.id,
      memberId: key.memberId,
      method: methodLabel(request.method),
      route: routeLabel(request),
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      ip: addressLabel(clientAddress(request)),
      userAgent: userAgentLabel(request.headers['user-agent']),
      errorCode: request.errorCode ?? null,
    };
    const standing = request.spent ? 'spent' : isStopped(key, new Date()) ? 'stopped' : 'refused';
    this.recorder.record(record, { line: this.lines.admits(record, standing) });
  }
}

function isFirst(key: KeyCaller['key']): boolean {
  return !key.used || key.project.status === 'new';
}
