import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AuditRecord } from '../../kernel/event-log/audit-record.js';
import type { AnswersMutationEffects, AnswersProjectEffects, Effect } from '../../kernel/facets/effects.js';
import type { FollowsEvents, WrittenEvent } from '../../kernel/facets/event-followers.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersProjectFigures } from '../../kernel/facets/figures.js';
import type { AnswersHandoffChecks, HandoffFinding } from '../../kernel/facets/handoff-checks.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersMetrics } from '../../kernel/facets/metrics.js';
import type { AnswersSealedColumns } from '../../kernel/facets/sealed-columns.js';
import { Outbox } from '../../kernel/outbox/outbox.js';
import { END_DELIVERIES } from './end-deliveries.job.js';
import { covers, isTold } from './event-selection.js';
import { FAN_OUT } from './fan-out.job.js';
import { WebhookAttemptRepository } from './webhook-attempt.repository.js';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.js';
import { WebhookEndpointRepository } from './webhook-endpoint.repository.js';
import { WebhookQueueRepository } from './webhook-queue.repository.js';
import { WEBHOOK_SEAL } from './webhook-secrets.service.js';

/** What webhooks add to projects, and how they learn of what happens in them. */
@Facet()
export class WebhookFacet
  implements
    AnswersLookups,
    AnswersProjectFigures,
    AnswersProjectEffects,
    AnswersMutationEffects,
    AnswersMetrics,
    AnswersHandoffChecks,
    AnswersSealedColumns,
    FollowsEvents
{
  readonly lookup = {
    prefix: 'whk',
    object: 'webhook_endpoint',
    madeOf: ['webhook_endpoint.description'],
    permission: 'webhooks:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  readonly sealedColumns = [
    { table: 'webhook_secrets', key: 'id', column: 'sealed', purpose: WEBHOOK_SEAL },
  ] as const;

  readonly metrics = {
    webhook_failures: (ctx: RequestContext, projectId: string, span: { from: Date; to: Date }) =>
      this.failures(ctx, projectId, span),
  };

  readonly handoffChecks = {
    test_endpoint_connected: (ctx: RequestContext, projectId: string) => this.connected(ctx, projectId),
    webhook_delivery_verified: (ctx: RequestContext, projectId: string) => this.verified(ctx, projectId),
  };

  constructor(
    private readonly endpoints: WebhookEndpointRepository,
    private readonly deliveries: WebhookDeliveryRepository,
    private readonly attempts: WebhookAttemptRepository,
    private readonly queues: WebhookQueueRepository,
    private readonly outbox: Outbox,
  ) {}

  /** The marker that an event is to be fanned out commits with the event. */
  async eventWritten(ctx: RequestContext, { id, type, projectId }: WrittenEvent): Promise<void> {
    if (projectId === null || !isTold(type)) return;
    const subscriptions = await this.endpoints.subscriptions(ctx, projectId);
    if (subscriptions.some(selectors => covers(selectors, type)))
      await this.outbox.schedule(ctx, FAN_OUT, id);
    if (type === 'project.deleted') await this.outbox.schedule(ctx, END_DELIVERIES, projectId);
    if (type === 'project.activated' || type === 'project.restored')
      await this.queues.wakeProject(ctx, projectId, new Date());
  }

  async projectFigures(ctx: RequestContext, projectIds: string[]) {
    const counts = await this.endpoints.countEnabled(ctx, projectIds);
    return new Map(projectIds.map(id => [id, { webhook_targets: counts.get(id) ?? 0 }]));
  }

  async projectEffects(ctx: RequestContext, projectId: string, action: string): Promise<Effect[]> {
    if (action !== 'suspend' && action !== 'delete') return [];
    const endpoints = await this.endpoints.ofProject(ctx, projectId);
    const enabled = endpoints.filter(({ status }) => status === 'enabled').length;
    return [
      { effect: 'webhook_endpoints_paused', count: enabled },
      {
        effect: 'pending_deliveries',
        count: await this.deliveries.countPending(ctx, projectId, idsOf(endpoints)),
      },
    ];
  }

  async mutationEffects(ctx: RequestContext, { type, target }: AuditRecord): Promise<Effect[]> {
    if (type !== 'webhook_endpoint.deleted') return [];
    const deleted = { effect: 'webhook_endpoints_deleted', count: 1 };
    if (ctx.hides('webhook_delivery.status')) return [deleted];
    const count = await this.deliveries.countPending(ctx, ctx.project!.id, [target!.id]);
    return [deleted, { effect: 'pending_deliveries', count }];
  }

  private async failures(
    ctx: RequestContext,
    projectId: string,
    span: { from: Date; to: Date },
  ): Promise<number> {
    const endpoints = await this.endpoints.ofProject(ctx, projectId);
    return this.attempts.countFailed(ctx, idsOf(endpoints), span);
  }

  private async connected(ctx: RequestContext, projectId: string): Promise<HandoffFinding> {
    const [endpoint] = await this.endpoints.enabledOf(ctx, projectId);
    return {
      passed: endpoint !== undefined,
      evidence: endpoint ? { webhook_endpoint_id: endpoint.id, at: endpoint.created_at.toISOString() } : null,
      fix: `Create a webhook endpoint: POST /v1/projects/${projectId}/webhook-endpoints.`,
    };
  }

  private async verified(ctx: RequestContext, projectId: string): Promise<HandoffFinding> {
    const queue = await this.queues.firstVerified(ctx, projectId);
    const [endpoint] = await this.endpoints.ofProject(ctx, projectId);
    const path = `/v1/projects/${projectId}/webhook-endpoints/${endpoint?.id ?? '{whk}'}/test`;
    return {
      passed: queue !== null,
      evidence: queue && {
        webhook_endpoint_id: queue.endpoint_id,
        delivery_id: queue.verified_by,
        at: queue.verified_at!.toISOString(),
      },
      fix: `Send a test that the endpoint answers with a 2xx: POST ${path}.`,
    };
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const endpoint = await this.endpoints.findAnywhere(ctx, id);
    if (!endpoint) return null;
    const { project_id: projectId, description } = endpoint;
    return { id, projectId, name: description, url: `/v1/projects/${projectId}/webhook-endpoints/${id}` };
  }
}

function idsOf(endpoints: readonly { id: string }[]): string[] {
  return endpoints.map(({ id }) => id);
}
