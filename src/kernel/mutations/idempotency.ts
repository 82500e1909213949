import './streamed-body.js';
import { createHash } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestContext } from '../context/request-context.js';
import { isUniqueViolation } from '../database/database-errors.js';
import { newId } from '../database/ids.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { AppError } from '../errors/app-error.js';
import { RecurringJobs } from '../jobs/recurring.js';
import { canonicalJson } from '../text/canonical-json.js';
import type { IdempotencyRecord } from './idempotency.entity.js';
import { IdempotencyRepository } from './idempotency.repository.js';

const KEPT_MS = 24 * 60 * 60 * 1000;
const PURGE_EVERY_MS = 60 * 60 * 1000;
const BATCH = 500;
const KEY = /^[\x20-\x7e]{1,255}$/;

type BeforeCommit = (result: unknown) => Promise<void>;

/** What a request does, and what is asked before its first answer is given again. */
interface Once {
  work(beforeCommit: BeforeCommit): Promise<unknown>;
  /** @throws what the caller is answered instead, for want of the right */
  mayReplay(): Promise<void>;
}

/**
 * Gives a POST with an `Idempotency-Key` one effect however often it is sent. The record is the last
 * row of the mutation's own transaction: it exists exactly when the effect does.
 * Follows draft-ietf-httpapi-idempotency-key-header-07.
 */
@Injectable()
export class Idempotency implements OnApplicationBootstrap {
  private readonly running = new Set<string>();

  constructor(
    private readonly records: IdempotencyRepository,
    private readonly units: UnitOfWork,
    private readonly recurring: RecurringJobs,
  ) {}

  onApplicationBootstrap(): void {
    this.recurring.every('idempotency.purge', PURGE_EVERY_MS, () => this.purge(new Date()));
  }

  /** Deletes what expired before `now`, each batch in a transaction of its own, so that nobody waits for all of them. */
  async purge(now: Date): Promise<void> {
    const ctx = RequestContext.system('job:idempotency.purge', newId('req'));
    let found: number;
    do found = await this.units.bookkeeping(ctx, () => this.records.deleteExpired(ctx, now, BATCH));
    while (found === BATCH);
  }

  /**
   * The one-time frame for this request, or null when it asks for none.
   * @throws AppError `invalid_idempotency_key`
   */
  begin(ctx: RequestContext, request: FastifyRequest): IdempotentRequest | null {
    const key = request.headers['idempotency-key'];
    if (key === undefined || request.method !== 'POST' || !ctx.principal) return null;
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw new AppError('invalid_idempotency_key', { param: 'Idempotency-Key' });
    }
    const path = request.url.split('?', 1)[0]!;
    const id = digest(JSON.stringify([ctx.principal.id, path, key]));
    const body = async () => request.body ?? request.streamedBody?.receive();
    return new IdempotentRequest(this.records, this.running, ctx, id, body);
  }
}

/** One request under an `Idempotency-Key`. */
export class IdempotentRequest {
  private fingerprint = '';

  constructor(
    private readonly records: IdempotencyRepository,
    private readonly running: Set<string>,
    private readonly ctx: RequestContext,
    private readonly id: string,
    private readonly body: () => Promise<unknown>,
  ) {}

  /**
   * Runs `work`, or answers what it answered the first time to those who could still do it.
   * @throws AppError `idempotency_in_flight`, `idempotency_mismatch`
   */
  async run(reply: FastifyReply, secrets: readonly string[], { work, mayReplay }: Once): Promise<unknown> {
    if (this.running.has(this.id)) throw new AppError('idempotency_in_flight', { retryAfter: 1 });
    this.running.add(this.id);
    try {
      this.fingerprint = digest(canonicalJson((await this.body()) ?? null));
      let first = await this.known();
      if (!first) {
        try {
          return await work(result =>
            this.records.insert(this.ctx, this.record(reply.statusCode, result, secrets), new Date()),
          );
        } catch (error) {
          // Another process may have committed the same key meanwhile, and its effect be what is in the way.
          if (isUniqueViolation(error) || isRefusal(error)) first = await this.known();
          if (!first) throw error;
        }
      }
      await mayReplay();
      return this.replay(reply, first);
    } finally {
      this.running.delete(this.id);
    }
  }

  /** The first answer, if there was one. @throws AppError `idempotency_mismatch` */
  private async known(): Promise<IdempotencyRecord | null> {
    const record = await this.records.find(this.ctx, this.id, new Date());
    if (record && record.fingerprint !== this.fingerprint) throw new AppError('idempotency_mismatch');
    return record;
  }

  private replay(reply: FastifyReply, { status, response }: IdempotencyRecord): object {
    reply.status(status).header('Idempotent-Replayed', 'true');
    return response;
  }

  private record(status: number, result: unknown, secrets: readonly string[]): IdempotencyRecord {
    return {
      id: this.id,
      fingerprint: this.fingerprint,
      status,
      response: Object.fromEntries(
        Object.entries(result ?? {}).filter(([field]) => !secrets.includes(field)),
      ),
      expires_at: new Date(Date.now() + KEPT_MS),
    };
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.entry.status < 500;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
