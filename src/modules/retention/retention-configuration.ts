import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type {
  ConfigurationChanges,
  ConfigurationPart,
  ConfiguredItem,
} from '../../kernel/facets/configuration.js';
import type { Effect } from '../../kernel/facets/effects.js';
import { retentionTarget } from './retention.events.js';
import { RetentionService } from './retention.service.js';
import type { RetentionDays } from './retention-days.js';
import { RetentionSettingsRepository } from './retention-settings.repository.js';

/** The retention of a project as it travels. */
@Injectable()
export class RetentionConfiguration implements ConfigurationPart {
  readonly part = 'retention';
  readonly dependsOn = [];

  constructor(
    private readonly settings: RetentionSettingsRepository,
    private readonly service: RetentionService,
  ) {}

  async snapshot(ctx: RequestContext, projectId: string): Promise<ConfiguredItem[]> {
    const days = ctx.unit?.writing
      ? await this.settings.lock(ctx, projectId)
      : await this.settings.of(ctx, projectId);
    return [{ key: '', name: '', values: { ...days } }];
  }

  async effects(ctx: RequestContext, projectId: string, { change }: ConfigurationChanges): Promise<Effect[]> {
    const [item] = change;
    if (!item) return [];
    return this.service.losses(ctx, projectId, await this.settings.of(ctx, projectId), daysIn(item));
  }

  /** A project is never without. */
  async remove(): Promise<void> {}

  async write(
    ctx: RequestContext,
    projectId: string,
    { add, change }: Pick<ConfigurationChanges, 'add' | 'change'>,
  ): Promise<void> {
    for (const item of [...add, ...change]) {
      const before = await this.settings.lock(ctx, projectId);
      const after = { ...before, ...daysIn(item) };
      await this.settings.save(ctx, projectId, after);
      ctx.audit.effect('retention.updated', retentionTarget(projectId), { ...before }, after);
    }
  }
}

function daysIn({ values }: ConfiguredItem): RetentionDays {
  return values as unknown as RetentionDays;
}
