import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import type {
  ConfigurationChanges,
  ConfigurationPart,
  ConfiguredItem,
} from '../../kernel/facets/configuration.js';
import type { AlertChannel, AlertThresholdEntity } from './alert-threshold.entity.js';
import { AlertThresholdRepository } from './alert-threshold.repository.js';
import { editable, thresholdTarget } from './alert-threshold.service.js';
import { conditionOf, keysOf } from './threshold-key.js';

/** The alert thresholds of a project as they travel: by what they watch. */
@Injectable()
export class AlertThresholdConfiguration implements ConfigurationPart {
  readonly part = 'alert_thresholds';
  readonly dependsOn = [];

  constructor(private readonly thresholds: AlertThresholdRepository) {}

  async snapshot(ctx: RequestContext, projectId: string): Promise<ConfiguredItem[]> {
    const keyed = await this.keyed(ctx, projectId);
    return [...keyed]
      .map(([key, { channels }]) => ({ key, name: key, values: { channels: [...channels].sort() } }))
      .sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  async remove(ctx: RequestContext, projectId: string, items: readonly ConfiguredItem[]): Promise<void> {
    const keyed = await this.keyed(ctx, projectId);
    for (const threshold of items.flatMap(({ key }) => keyed.get(key) ?? [])) {
      await this.thresholds.delete(ctx, projectId, threshold.id);
      ctx.audit.effect('alert_threshold.deleted', thresholdTarget(threshold), editable(threshold));
    }
  }

  /** Adds thresholds, and changes others, which re-arms them. @throws AppError `limit_reached` */
  async write(
    ctx: RequestContext,
    projectId: string,
    { add, change }: Pick<ConfigurationChanges, 'add' | 'change'>,
  ): Promise<void> {
    const keyed = await this.keyed(ctx, projectId);
    for (const item of change) {
      const before = keyed.get(item.key);
      if (!before) continue;
      const after = { ...before, channels: channelsOf(item) };
      const changes = { channels: after.channels, state: 'ok' as const, last_fired_at: null };
      await this.thresholds.update(ctx, projectId, before.id, changes);
      ctx.audit.effect('alert_threshold.updated', thresholdTarget(before), editable(before), editable(after));
    }
    const added = add.map((item): AlertThresholdEntity => ({
      id: newId('alr'),
      project_id: projectId,
      ...conditionOf(item.key),
      channels: channelsOf(item),
      state: 'ok',
      last_fired_at: null,
      created_at: new Date(),
    }));
    await this.thresholds.insertAll(ctx, projectId, added);
    for (const threshold of added)
      ctx.audit.effect('alert_threshold.created', thresholdTarget(threshold), null, editable(threshold));
  }

  private async keyed(ctx: RequestContext, projectId: string): Promise<Map<string, AlertThresholdEntity>> {
    return keysOf(await this.thresholds.all(ctx, projectId));
  }
}

function channelsOf({ values }: ConfiguredItem): AlertChannel[] {
  return [...(values.channels as readonly AlertChannel[])];
}
