import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Vault } from '../../kernel/crypto/vault.js';
import { newWebhookSecret, webhookPreview } from './signature.js';
import type { WebhookSecretEntity } from './webhook-endpoint.entity.js';
import { WebhookSecretRepository } from './webhook-secret.repository.js';

const OVERLAP_MS = 24 * 3_600_000;
/** How many secrets of an endpoint sign at once, however often it is rotated. */
const MOST = 5;
/** The purpose under which the vault seals secrets. */
export const WEBHOOK_SEAL = 'webhook.secret';

/** The secrets of endpoints: shown once, sealed at rest. */
@Injectable()
export class WebhookSecrets {
  constructor(
    private readonly secrets: WebhookSecretRepository,
    private readonly vault: Vault,
  ) {}

  /** Gives an endpoint a new secret; the one before it signs for 24 hours more. */
  async renew(ctx: RequestContext, endpointId: string): Promise<{ secret: string; previousUntil: Date }> {
    const secret = newWebhookSecret();
    const now = new Date();
    const previousUntil = new Date(now.getTime() + OVERLAP_MS);
    const sealed = this.vault.seal(WEBHOOK_SEAL, secret);
    const row = { endpoint_id: endpointId, sealed, preview: webhookPreview(secret) };
    await this.secrets.add(ctx, row, previousUntil, now);
    await this.secrets.keepNewest(ctx, endpointId, MOST);
    return { secret, previousUntil };
  }

  /** What is shown of the valid secrets of some endpoints, newest first. */
  async shown(ctx: RequestContext, endpointIds: string[]): Promise<Map<string, WebhookSecretEntity[]>> {
    const all = new Map<string, WebhookSecretEntity[]>(endpointIds.map(id => [id, []]));
    for (const secret of await this.secrets.valid(ctx, endpointIds, new Date()))
      all.get(secret.endpoint_id)!.push(secret);
    return all;
  }

  /** The secrets that sign now, newest first. @throws Error when they were sealed under another `APP_SECRET` */
  async signing(ctx: RequestContext, endpointId: string): Promise<string[]> {
    const valid = await this.secrets.valid(ctx, [endpointId], new Date());
    return valid.map(({ sealed }) => this.vault.unseal(WEBHOOK_SEAL, sealed));
  }
}
