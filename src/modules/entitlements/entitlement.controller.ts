import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import { ownProject } from '../customers/own-project.js';
import {
  EntitlementEventPage,
  EntitlementRemoved,
  Entitlements,
  EntitlementSet,
  FoundEntitlement,
  ListEntitlementEvents,
  ListEntitlements,
  RemoveEntitlement,
  SetEntitlement,
} from './entitlement.dto.js';
import { EntitlementService } from './entitlement.service.js';
import { EntitlementListService } from './entitlement-list.service.js';

const TAG: Tag = {
  name: 'Entitlements',
  description: 'What customers may do, and how much of it; for API keys, in their own project.',
  place: 134,
};

const params = { customer: 'Your own id of the customer.', feature: 'The `feature_key`.' };
const COMMON = ['api_key_required', 'entitlement_customer_not_found'] as const;

@Docs.tag(TAG)
@Controller('entitlement')
export class EntitlementController {
  constructor(
    private readonly entitlements: EntitlementService,
    private readonly lists: EntitlementListService,
  ) {}

  @Post('set')
  @Access('billing:write')
  @Mutation(['entitlement.created', 'entitlement.updated'], { idempotent: false })
  @Docs({
    summary: 'Set an entitlement',
    description: 'As a whole: what is not given is empty afterwards.',
    ok: EntitlementSet,
    errors: [
      ...([...COMMON, 'customer_id_required', 'feature_key_required', 'value_required'] as const),
      ...(['invalid_valid_from', 'invalid_valid_until', 'entitlement_validation_error'] as const),
      'limit_reached',
    ],
  })
  set(@Ctx() ctx: RequestContext, @Body({ schema: SetEntitlement }) body: SetEntitlement) {
    return this.entitlements.set(ctx, ownProject(ctx), body);
  }

  @Post('remove')
  @Access('billing:write')
  @Mutation(['entitlement.deleted'], { idempotent: false })
  @Docs({
    summary: 'Remove an entitlement',
    description: 'Removing what is not there is no error.',
    ok: EntitlementRemoved,
    errors: [...COMMON, 'customer_id_required', 'feature_key_required'],
  })
  remove(@Ctx() ctx: RequestContext, @Body({ schema: RemoveEntitlement }) body: RemoveEntitlement) {
    return this.entitlements.remove(ctx, ownProject(ctx), body);
  }

  // Before `:feature`: no feature can be asked for by this name.
  @Get(':customer/events')
  @Access('billing:read')
  @Docs({
    summary: "How a customer's entitlements changed",
    ok: EntitlementEventPage,
    errors: [...COMMON, 'invalid_limit', 'invalid_from_at', 'invalid_to_at', 'invalid_cursor'],
    params,
    filters: {
      feature_key: ['entitlement_event.feature_key', 'entitlement.feature_key'],
      types: ['entitlement_event.type'],
      from_at: ['entitlement_event.created_at'],
      to_at: ['entitlement_event.created_at'],
    },
  })
  events(
    @Ctx() ctx: RequestContext,
    @Param('customer') customer: string,
    @Query({ schema: ListEntitlementEvents }) query: ListEntitlementEvents,
  ) {
    return this.lists.events(ctx, ownProject(ctx), customer, query);
  }

  @Get(':customer/:feature')
  @Access('billing:read')
  @Docs({
    summary: 'One entitlement of a customer',
    ok: FoundEntitlement,
    errors: COMMON,
    params,
  })
  get(@Ctx() ctx: RequestContext, @Param('customer') customer: string, @Param('feature') feature: string) {
    return this.lists.get(ctx, ownProject(ctx), customer, feature);
  }

  @Get(':customer')
  @Access('billing:read')
  @Docs({
    summary: "A customer's entitlements",
    description: 'Sorted by `feature_key`.',
    ok: Entitlements,
    errors: COMMON,
    params,
    filters: {
      feature_keys: ['entitlement.feature_key'],
      include_expired: ['entitlement.valid_until'],
    },
  })
  list(
    @Ctx() ctx: RequestContext,
    @Param('customer') customer: string,
    @Query({ schema: ListEntitlements }) query: ListEntitlements,
  ) {
    return this.lists.list(ctx, ownProject(ctx), customer, query);
  }
}
