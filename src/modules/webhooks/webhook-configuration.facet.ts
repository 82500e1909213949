import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import type {
  AnswersConfiguration,
  ConfigurationChanges,
  ConfigurationPart,
  ConfiguredItem,
} from '../../kernel/facets/configuration.js';
import { Facet } from '../../kernel/facets/facets.js';
import { Outbox } from '../../kernel/outbox/outbox.js';
import { CLEAR_ENDPOINT } from './clear-endpoint.job.js';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity.js';
import { WebhookEndpointRepository } from './webhook-endpoint.repository.js';
import { editable, endpointTarget } from './webhook-endpoint.service.js';
import { WebhookSecrets } from './webhook-secrets.service.js';

/** What paths call an endpoint without a description. */
const NAMELESS = 'endpoint';

/**
 * Endpoints travel with what they are for and subscribed to. Where they lead, whether they are enabled and their secrets
 * belong to the environment: one that is added arrives disabled, with the URL it had and a secret of its own.
 */
@Facet()
export class WebhookConfigurationFacet implements AnswersConfiguration {
  readonly configuration: ConfigurationPart = {
    part: 'webhook_endpoints',
    dependsOn: [],
    snapshot: (ctx, projectId) => this.snapshot(ctx, projectId),
    remove: (ctx, projectId, items) => this.remove(ctx, projectId, items),
    write: (ctx, projectId, changes) => this.write(ctx, projectId, changes),
  };

  constructor(
    private readonly endpoints: WebhookEndpointRepository,
    private readonly secrets: WebhookSecrets,
    private readonly outbox: Outbox,
  ) {}

  private async snapshot(ctx: RequestContext, projectId: string): Promise<ConfiguredItem[]> {
    const named = new Map<string, number>();
    const items = (await this.endpoints.ofProject(ctx, projectId)).map(endpoint => {
      const { lineage: key, description, event_types, url } = endpoint;
      const name = description || NAMELESS;
      const nth = (named.get(name) ?? 0) + 1;
      named.set(name, nth);
      const values = { description, event_types: [...event_types].sort() };
      return { key, name: nth === 1 ? name : `${name}#${nth}`, values, carried: { url } };
    });
    return items.sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  private async remove(
    ctx: RequestContext,
    projectId: string,
    items: readonly ConfiguredItem[],
  ): Promise<void> {
    const gone = new Set(items.map(({ key }) => key));
    const endpoints = (await this.endpoints.ofProject(ctx, projectId)).filter(({ lineage }) =>
      gone.has(lineage),
    );
    if (endpoints.length === 0) return;
    await this.endpoints.delete(
      ctx,
      projectId,
      endpoints.map(({ id }) => id),
    );
    for (const endpoint of endpoints) {
      await this.outbox.schedule(ctx, CLEAR_ENDPOINT, endpoint.id);
      ctx.audit.effect('webhook_endpoint.deleted', endpointTarget(endpoint), editable(endpoint), null);
    }
  }

  private async write(
    ctx: RequestContext,
    projectId: string,
    { add, change }: Pick<ConfigurationChanges, 'add' | 'change'>,
  ): Promise<void> {
    for (const item of add) await this.add(ctx, projectId, item);
    const present = new Map(
      (await this.endpoints.ofProject(ctx, projectId)).map(endpoint => [endpoint.lineage, endpoint]),
    );
    for (const { key, values } of change) {
      const before = present.get(key);
      if (!before) continue;
      const after = { ...before, ...travelling(values) };
      await this.endpoints.update(ctx, projectId, before.id, travelling(values));
      ctx.audit.effect('webhook_endpoint.updated', endpointTarget(after), editable(before), editable(after));
    }
  }

  /** Nobody has seen the new secret: whoever enables the endpoint rotates it first. */
  private async add(
    ctx: RequestContext,
    projectId: string,
    { key, values, carried }: ConfiguredItem,
  ): Promise<void> {
    const endpoint: WebhookEndpointEntity = {
      id: newId('whk'),
      project_id: projectId,
      lineage: key,
      url: String(carried?.url ?? ''),
      ...travelling(values),
      status: 'disabled',
      disabled_reason: 'promoted',
      created_at: new Date(),
    };
    await this.endpoints.insert(ctx, endpoint);
    await this.secrets.renew(ctx, endpoint.id);
    ctx.audit.effect('webhook_endpoint.created', endpointTarget(endpoint), null, editable(endpoint));
  }
}

function travelling(values: ConfiguredItem['values']) {
  return {
    description: values.description as string | null,
    event_types: [...(values.event_types as readonly string[])],
  };
}
