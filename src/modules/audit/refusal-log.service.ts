import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import type { AppError } from '../../kernel/errors/app-error.js';
import { RefusalObserver } from '../../kernel/http/error.filter.js';

const MINUTE_MS = 60_000;

/** The refusals of one principal, in one project's log, during one minute. */
interface Tally {
  readonly ctx: RequestContext;
  readonly until: number;
  readonly routes: Map<string, number>;
}

/**
 * Logs refusals (403) of known principals: the first of a minute at once, the others of that minute
 * counted in one further entry, so that a flood cannot fill the log.
 */
@Injectable()
export class RefusalLog extends RefusalObserver implements OnApplicationBootstrap {
  private readonly logger = new Logger('RefusalLog');
  private readonly tallies = new Map<string, Tally>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly units: UnitOfWork) {
    super();
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.settle(Date.now()), 5_000).unref();
  }

  /** Writes what was counted; when the process ends, after its last request. */
  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.settle(Infinity);
  }

  override async refused(request: FastifyRequest, error: AppError): Promise<void> {
    const { ctx } = request;
    if (!ctx?.principal) return;
    const route = `${request.method} ${request.routeOptions.url ?? request.url}`;
    const key = `${ctx.principal.id} ${ctx.project?.id ?? ''}`;
    const tally = this.tallies.get(key);
    if (tally && tally.until > Date.now()) {
      tally.routes.set(route, (tally.routes.get(route) ?? 0) + 1);
      return;
    }
    // Before anything is waited for: of refusals that come at once, one is the first.
    this.tallies.set(key, { ctx, until: Date.now() + MINUTE_MS, routes: new Map() });
    if (tally) await this.write(tally);
    await this.entry(ctx, error.message, route, { code: error.code });
  }

  /** Writes the counts of minutes that are over. */
  private async settle(now: number): Promise<void> {
    for (const [key, tally] of this.tallies) {
      if (tally.until > now) continue;
      this.tallies.delete(key);
      await this.write(tally);
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
    try {
      await this.units.run(ctx, { events: ['access.denied'] }, async () => {
        ctx.audit
          .ended('denied')
          .because(reason)
          .change({ type: 'route', id: route, name: null }, null, after);
      });
    } catch (error) {
      // The refusal itself must still be answered.
      this.logger.error({ err: error, request_id: ctx.requestId }, 'a refusal could not be logged');
    }
  }
}
