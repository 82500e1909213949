import { Body, Controller, Delete, Get, Header, Param, Patch, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import {
  CreateWebhookEndpoint,
  DeletedWebhookEndpoint,
  IssuedWebhookEndpoint,
  ListWebhookEndpoints,
  RecoverWebhooks,
  UpdateWebhookEndpoint,
  WebhookEndpoint,
  WebhookEndpointPage,
  WebhookRecovery,
} from './webhook-endpoint.dto.js';
import { WebhookEndpointService } from './webhook-endpoint.service.js';
import { WebhookRecoveries } from './webhook-recovery.service.js';
import { WEBHOOKS } from './webhooks.tag.js';

@Docs.tag(WEBHOOKS)
@Controller('projects/:id/webhook-endpoints')
export class WebhookEndpointController {
  constructor(
    private readonly endpoints: WebhookEndpointService,
    private readonly recoveries: WebhookRecoveries,
  ) {}

  @Get()
  @Access('webhooks:read')
  @Docs({ summary: "A project's webhook endpoints", ok: WebhookEndpointPage, errors: ['invalid_cursor'] })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListWebhookEndpoints }) query: ListWebhookEndpoints,
  ) {
    return this.endpoints.list(ctx, id, query);
  }

  @Post()
  @Access('webhooks:write')
  @Mutation(['webhook_endpoint.created'], { secrets: ['secret'] })
  @Header('Cache-Control', 'no-store')
  @Docs({
    summary: 'Create a webhook endpoint',
    description: 'It gets what happens from now on. The secret is shown only once.',
    created: IssuedWebhookEndpoint,
    errors: ['webhook_url_not_allowed', 'limit_reached'],
  })
  create(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: CreateWebhookEndpoint }) body: CreateWebhookEndpoint,
  ) {
    return this.endpoints.create(ctx, id, body);
  }

  @Get(':whk')
  @Access('webhooks:read')
  @Docs({ summary: 'One webhook endpoint', ok: WebhookEndpoint })
  get(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('whk') whk: string) {
    return this.endpoints.get(ctx, id, whk);
  }

  @Patch(':whk')
  @Access('webhooks:write')
  @Mutation(['webhook_endpoint.updated'])
  @Docs({
    summary: 'Change, enable or disable a webhook endpoint',
    description:
      'What waits while it is disabled goes out once it is enabled. What happens meanwhile is not sent; recover it if you want it.',
    ok: WebhookEndpoint,
    errors: ['webhook_url_not_allowed'],
  })
  update(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('whk') whk: string,
    @Body({ schema: UpdateWebhookEndpoint }) body: UpdateWebhookEndpoint,
  ) {
    return this.endpoints.update(ctx, id, whk, body);
  }

  @Delete(':whk')
  @Access('webhooks:write')
  @Mutation(['webhook_endpoint.deleted'], { dryRun: true })
  @Docs({
    summary: 'Delete a webhook endpoint',
    description: 'With its log. What waits for it is not sent any more.',
    ok: DeletedWebhookEndpoint,
  })
  delete(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('whk') whk: string) {
    return this.endpoints.delete(ctx, id, whk);
  }

  @Post(':whk/rotate-secret')
  @Access('webhooks:write')
  @Mutation(['webhook_endpoint.secret_rotated'], { secrets: ['secret'] })
  @Header('Cache-Control', 'no-store')
  @Docs({
    summary: 'Give a webhook endpoint a new secret',
    description: 'For 24 hours deliveries are signed with both. The new one is shown only once.',
    ok: IssuedWebhookEndpoint,
  })
  rotateSecret(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('whk') whk: string) {
    return this.endpoints.rotateSecret(ctx, id, whk);
  }

  @Post(':whk/recover')
  @Access('webhooks:write')
  @Mutation(['webhook.recovered'])
  @Docs({
    summary: 'Send what a webhook endpoint did not get',
    description:
      'Every event of that time that it is subscribed to and that was not delivered: failed, waiting, or from while it was ' +
      'disabled. In the order of the events, one after the other; while the endpoint is disabled, it waits.',
    accepted: WebhookRecovery,
  })
  recover(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('whk') whk: string,
    @Body({ schema: RecoverWebhooks }) body: RecoverWebhooks,
  ) {
    return this.recoveries.begin(ctx, id, whk, body);
  }
}
