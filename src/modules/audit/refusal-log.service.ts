import { Injectable, Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Buffer } from '../../kernel/buffers/buffer.js';
import { Buffers } from '../../kernel/buffers/buffers.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import type { AppError } from '../../kernel/errors/app-error.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { RefusalObserver } from '../../kernel/http/error.filter.js';
import { methodLabel, routeLabel } from '../../kernel/http/request-labels.js';

const MINUTE_MS = 60_000;

const target = defineTarget('route', { name: [], id: ['request_log.method', 'request_log.route'] });

/** The refusals of one principal, in one project's log, during one minute. */
interface Tally {
  readonly ctx: RequestContext;
  readonly routes: Map<string, number>;
}

/**
 * Logs refusals (403) of known principals: the first of a minute at once, the others of that minute
 * counted in one further entry, so that a flood cannot fill the log.
 */
@Injectable()
export class RefusalLog extends RefusalObserver {
  private readonly logger = new Logger('RefusalLog');
  private readonly tallies: Buffer<Tally>;

  constructor(
    private readonly units: UnitOfWork,
    buffers: Buffers,
  ) {
    super();
    this.tallies = buffers.make<Tally>({
      name: 'refusals',
      gatherMs: MINUTE_MS,
      batch: 1,
      most: 10_000,
      write: ([tally]) => this.write(tally!),
    });
  }

  override async refused(request: FastifyRequest, error: AppError): Promise<void> {
    const { ctx } = request;
    if (!ctx?.principal) return;
    const route = `${methodLabel(request.method)} ${routeLabel(request)}`;
    const key = `${ctx.principal.id} ${ctx.project?.id ?? ''}`;
    const first = !this.tallies.get(key);
    // Before anything is waited for: of refusals that come at once, one is the first.
    this.tallies.note(
      key,
      () => ({ ctx, routes: new Map() }),
      ({ routes }) => first || routes.set(route, (routes.get(route) ?? 0) + 1),
    );
    if (first) await this.logFirst(ctx, error, route);
  }

  private async logFirst(ctx: RequestContext, error: AppError, route: string): Promise<void> {
    try {
      await this.entry(ctx, error.message, route, { code: error.code });
    } catch (failure) {
      // The refusal itself must still be answered.
      this.logger.error({ err: failure, request_id: ctx.requestId }, 'a refusal could not be logged');
    }
  }

  private async write({ ctx, routes }: Tally): Promise<void> {
    if (routes.size === 0) return;
    const refusals = Object.fromEntries(routes);
    const total = [...routes.values()].reduce((sum, count) => sum + count, 0);
    await this.entry(ctx, `${total} further refusals within a minute`, [...routes.keys()][0]!, { refusals });
  }

  private async entry(
    ctx: RequestContext,
    reason: string,
    route: string,
    after: Record<string, unknown>,
  ): Promise<void> {
    await this.units.run(ctx, { events: ['access.denied'] }, async () => {
      ctx.audit.ended('denied').because(reason).change(target(route, null), null, after);
    });
  }
}
