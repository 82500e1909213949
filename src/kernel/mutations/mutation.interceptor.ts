import './streamed-body.js';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { RequestContext } from '../context/request-context.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { AppError, invalidFields } from '../errors/app-error.js';
import { Effects } from '../facets/effects.js';
import { asksForDryRun, type DryRun } from './dry-run.js';
import { Idempotency } from './idempotency.js';
import { MUTATION, type MutationOptions } from './mutation-options.js';

const MOST_ERRORS = 50;

/**
 * Runs a mutating handler in a unit of work, once per `Idempotency-Key`, or only says what it would do. Attached by
 * `@Mutation`.
 */
@Injectable()
export class MutationInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly units: UnitOfWork,
    private readonly idempotency: Idempotency,
    private readonly effects: Effects,
  ) {}

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = execution.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const options = this.reflector.get<MutationOptions>(MUTATION, execution.getHandler());
    // Before anything else: whatever happens from here on may stay.
    const ignored = takesBody(execution) ? undefined : request.body;
    const dry = asksForDryRun(request.query, options.dryRun, ignored);
    refuseFields(ignored);
    const handle = () => lastValueFrom(next.handle());
    return from(dry ? this.dryRun(request.ctx!, options, handle) : this.run(request, reply, options, handle));
  }

  private async run(
    request: FastifyRequest,
    reply: FastifyReply,
    options: MutationOptions,
    handle: () => Promise<unknown>,
  ): Promise<unknown> {
    const ctx = request.ctx!;
    const once = options.idempotent ? this.idempotency.begin(ctx, request) : null;
    if (!once) {
      await request.streamedBody?.receive();
      return this.units.run(ctx, { events: options.events }, handle);
    }
    return once.run(reply, options.secrets, {
      work: beforeCommit => this.units.run(ctx, { events: options.events, beforeCommit }, handle),
      mayReplay: () => this.refuseLostRight(ctx, options, handle),
    });
  }

  /** What the handler would do. It is asked once everything is undone, so that nobody waits for the counting. */
  private async dryRun(
    ctx: RequestContext,
    { events }: MutationOptions,
    handle: () => Promise<unknown>,
  ): Promise<DryRun> {
    const record = await this.units.preview(ctx, events, handle);
    return { dry_run: true, effects: await this.effects.ofMutation(ctx, record) };
  }

  /**
   * What the caller may do may have changed since the first answer, and only the handler knows what it takes: it is
   * asked again, as far as it goes without writing.
   * @throws AppError when the caller could not do it now
   */
  private async refuseLostRight(
    ctx: RequestContext,
    { events, givesUpRight }: MutationOptions,
    handle: () => Promise<unknown>,
  ): Promise<void> {
    try {
      await this.units.rehearse(ctx, events, handle);
    } catch (error) {
      if (!(error instanceof AppError) || isAboutRight(error, givesUpRight)) throw error;
    }
  }
}

/** Whether the handler has a parameter for the body, whose schema then refuses what it does not know. */
function takesBody(execution: ExecutionContext): boolean {
  const handler = execution.getHandler().name;
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, execution.getClass(), handler) as
    object | undefined;
  return Object.keys(parameters ?? {}).some(key => key.startsWith(`${RouteParamtypes.BODY}:`));
}

/** @throws AppError `validation_failed` for fields in the body of a route that takes none: they mean something */
function refuseFields(body: unknown): void {
  if (body === null || typeof body !== 'object') return;
  const unknown = Object.keys(body).slice(0, MOST_ERRORS);
  if (unknown.length)
    throw invalidFields(
      unknown.map(param => ({
        param,
        message: 'is not a known field',
        fix: 'Remove it; the route takes no body.',
      })),
    );
}

/** Other refusals, such as conflicts, come from the first request's own effect. */
function isAboutRight({ entry: { status } }: AppError, givesUpRight: boolean): boolean {
  return status === 401 || status === 404 || (status === 403 && !givesUpRight) || status >= 500;
}
