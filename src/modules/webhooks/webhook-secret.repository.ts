import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { WebhookSecretEntity } from './webhook-endpoint.entity.js';

@Injectable()
export class WebhookSecretRepository {
  constructor(private readonly database: Database) {}

  /** The secrets of some endpoints that are valid at `now`, newest first. */
  async valid(ctx: RequestContext, endpointIds: string[], now: Date): Promise<WebhookSecretEntity[]> {
    if (endpointIds.length === 0) return [];
    const secrets = await this.database
      .read(ctx)
      .findBy(WebhookSecretEntity, { endpoint_id: In(endpointIds) });
    // Sorted here: the database would sort those of many endpoints at once, too.
    secrets.sort((one, other) => other.id - one.id);
    return secrets.filter(({ expires_at }) => expires_at === null || expires_at > now);
  }

  /** Adds the current secret; the one before it expires, and what has expired is deleted. */
  async add(
    ctx: RequestContext,
    secret: Pick<WebhookSecretEntity, 'endpoint_id' | 'sealed' | 'preview'>,
    previousExpiresAt: Date,
    now: Date,
  ): Promise<void> {
    const manager = await this.database.write(ctx);
    const { endpoint_id } = secret;
    await manager
      .createQueryBuilder()
      .delete()
      .from(WebhookSecretEntity)
      .where('endpoint_id = :endpoint_id AND expires_at <= :now', { endpoint_id, now })
      .execute();
    await manager.update(
      WebhookSecretEntity,
      { endpoint_id, expires_at: IsNull() },
      { expires_at: previousExpiresAt },
    );
    await manager.insert(WebhookSecretEntity, { ...secret, expires_at: null });
  }

  /** Forgets all but the newest `kept`. */
  async keepNewest(ctx: RequestContext, endpointId: string, kept: number): Promise<void> {
    const manager = await this.database.write(ctx);
    const all = await manager.find(WebhookSecretEntity, {
      select: { id: true },
      where: { endpoint_id: endpointId },
      order: { id: 'DESC' },
    });
    const surplus = all.slice(kept).map(({ id }) => id);
    if (surplus.length) await manager.delete(WebhookSecretEntity, { id: In(surplus) });
  }
}
