import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import type { Purge } from '../../kernel/facets/purging.js';
import { RequestLogRepository } from './request-log.repository.js';
import { RequestLogPurgeRepository } from './request-log-purge.repository.js';

/** Deletes old lines of the request log. What they count for in usage stays. */
@Injectable()
export class RequestLogPurge implements Purge {
  constructor(
    private readonly logs: RequestLogRepository,
    private readonly repository: RequestLogPurgeRepository,
    private readonly units: UnitOfWork,
  ) {}

  count(ctx: RequestContext, projectId: string, before: Date): Promise<number> {
    const range = { first: null, before: firstIdAt('req', before) };
    return this.logs.count(ctx, [{ column: 'project_id', value: projectId }], range);
  }

  deleteBatch(ctx: RequestContext, projectId: string, before: Date, limit: number): Promise<number> {
    return this.units.bookkeeping(ctx, async () => {
      const lines = await this.repository.oldest(ctx, projectId, firstIdAt('req', before), limit);
      if (lines.length > 0) await this.repository.delete(ctx, lines);
      return lines.length;
    });
  }
}
