import { Injectable, Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AccessCache } from '../../kernel/access/access-cache.js';
import { KeyUsage } from '../api-keys/key-usage.service.js';
import { SessionService } from '../users/session.service.js';
import type { UserCaller } from './caller.js';

/** Notes that credentials were used, once the answer to their request is known. */
@Injectable()
export class KeyUseHook {
  private readonly logger = new Logger('KeyUse');

  constructor(
    private readonly usage: KeyUsage,
    private readonly sessions: SessionService,
    private readonly cache: AccessCache,
  ) {}

  /** Hooks into every request. Callbacks rather than promises: they cost the hot path nothing. */
  attach(fastify: FastifyInstance): void {
    fastify.addHook('onSend', (request, reply, payload, done) => {
      if (this.mustWait(request, reply)) void this.before(request).then(() => done(null, payload));
      else done(null, payload);
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      this.after(request, reply);
      done();
    });
  }

  /** A key's first successful call shows at once. */
  private mustWait({ caller }: FastifyRequest, reply: FastifyReply): boolean {
    return caller?.kind === 'api_key' && reply.statusCode < 300 && isFirst(caller.key);
  }

  /** Records a first use before its answer is sent. The answer is sent whatever happens here. */
  private async before(request: FastifyRequest): Promise<void> {
    const { caller, ctx } = request;
    if (caller?.kind !== 'api_key' || !ctx) return;
    try {
      await this.usage.usedFirst(ctx, caller.key);
      this.cache.forget();
    } catch (error) {
      this.logger.error(
        { err: error, request_id: request.id },
        'the first use of a key could not be recorded',
      );
    }
  }

  /** Notes any other use, after the answer has gone. */
  private after(request: FastifyRequest, reply: FastifyReply): void {
    const { caller } = request;
    if (!caller || reply.statusCode === 401) return;
    if (caller.kind === 'api_key') this.usage.used(caller.key, request.ip);
    else void this.touch(caller, request.id);
  }

  private async touch(caller: UserCaller, requestId: string): Promise<void> {
    try {
      await this.sessions.touch(caller.sessionId, caller.lastSeenAt);
    } catch (error) {
      this.logger.warn({ err: error, request_id: requestId }, 'the use of a session could not be recorded');
    }
  }
}

function isFirst(key: { lastUsedAt: Date | null; project: { status: string } }): boolean {
  return key.lastUsedAt === null || key.project.status === 'new';
}
