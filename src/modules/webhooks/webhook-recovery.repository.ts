import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { WebhookRecoveryEntity } from './webhook-delivery.entity.js';

/** Recoveries in progress. */
@Injectable()
export class WebhookRecoveryRepository {
  constructor(private readonly database: Database) {}

  find(ctx: RequestContext, id: string): Promise<WebhookRecoveryEntity | null> {
    return this.database.read(ctx).findOneBy(WebhookRecoveryEntity, { id });
  }

  async insert(ctx: RequestContext, recovery: WebhookRecoveryEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(WebhookRecoveryEntity, recovery);
  }

  /** Says from where on the log is still to be gone through. */
  async advance(ctx: RequestContext, id: string, from_event: string): Promise<void> {
    await (await this.database.write(ctx)).update(WebhookRecoveryEntity, { id }, { from_event });
  }

  async delete(ctx: RequestContext, id: string): Promise<void> {
    await (await this.database.write(ctx)).delete(WebhookRecoveryEntity, { id });
  }
}
