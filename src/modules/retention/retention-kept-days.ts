import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { KeptDays } from '../../kernel/facets/kept-days.port.js';
import type { RetentionKind } from '../../kernel/facets/purging.js';
import { daysOf } from './retention-days.js';
import { RetentionSettingsRepository } from './retention-settings.repository.js';

/** Tells other modules for how long projects keep things. */
@Injectable()
export class RetentionKeptDays extends KeptDays {
  constructor(private readonly settings: RetentionSettingsRepository) {
    super();
  }

  override async of(ctx: RequestContext, projectId: string, kind: RetentionKind): Promise<number | null> {
    return daysOf(await this.settings.of(ctx, projectId), kind);
  }
}
