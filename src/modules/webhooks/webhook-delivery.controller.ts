import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import {
  ListWebhookDeliveries,
  TestWebhook,
  WebhookDelivery,
  WebhookDeliveryPage,
  WebhookDeliveryRecord,
} from './webhook-delivery.dto.js';
import { WebhookDeliveryService } from './webhook-delivery.service.js';
import { WEBHOOKS } from './webhooks.tag.js';

@Docs.tag(WEBHOOKS)
@Controller('projects/:id/webhook-endpoints/:whk')
export class WebhookDeliveryController {
  constructor(private readonly deliveries: WebhookDeliveryService) {}

  @Post('test')
  @Access('webhooks:write')
  @Mutation(['webhook.test'])
  @Docs({
    summary: 'Send a test',
    description: "Also to an endpoint that is disabled. It does not count in the endpoint's health.",
    accepted: WebhookDelivery,
  })
  test(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('whk') whk: string,
    @Body({ schema: TestWebhook }) body: TestWebhook,
  ) {
    return this.deliveries.test(ctx, id, whk, body);
  }

  @Get('deliveries')
  @Access('webhooks:read')
  @Docs({ summary: 'Deliveries to a webhook endpoint', ok: WebhookDeliveryPage, errors: ['invalid_cursor'] })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('whk') whk: string,
    @Query({ schema: ListWebhookDeliveries }) query: ListWebhookDeliveries,
  ) {
    return this.deliveries.list(ctx, id, whk, query);
  }

  @Get('deliveries/:dlv')
  @Access('webhooks:read')
  @Docs({ summary: 'One delivery with what is posted and its attempts', ok: WebhookDeliveryRecord })
  get(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('whk') whk: string,
    @Param('dlv') dlv: string,
  ) {
    return this.deliveries.get(ctx, id, whk, dlv);
  }

  @Post('deliveries/:dlv/resend')
  @Access('webhooks:write')
  @Mutation(['webhook.resent'])
  @Docs({
    summary: 'Send a delivery once more',
    description: 'Its schedule begins anew. While the endpoint is disabled, it waits.',
    accepted: WebhookDelivery,
  })
  resend(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('whk') whk: string,
    @Param('dlv') dlv: string,
  ) {
    return this.deliveries.resend(ctx, id, whk, dlv);
  }
}
