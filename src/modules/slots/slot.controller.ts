import { Body, Controller, Get, Headers, Param, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import { idempotencyKeyFrom } from '../customers/idempotency-header.js';
import { ownProject } from '../customers/own-project.js';
import { CapacityService } from './capacity.service.js';
import { ClaimService } from './claim.service.js';
import {
  type ChangeCapacity,
  ClaimSlots,
  GrantSlots,
  HeldSlotPool,
  ListSlotEvents,
  ListSlotPools,
  ReleaseSlots,
  RevokeSlots,
  SlotEventPage,
  SlotPool,
  SlotPools,
} from './slot.dto.js';
import { SlotListService } from './slot-list.service.js';

const TAG: Tag = {
  name: 'Slots',
  description: 'What customers may have at the same time, such as seats; for API keys, in their own project.',
  place: 133,
};

const params = { id: 'Your own id of the customer.' };
const COMMON = ['api_key_required', 'customer_id_required', 'wallet_required', 'customer_not_found'] as const;
const CHANGE = ['amount_must_be_positive', 'invalid_idempotency_key', 'transaction_conflict'] as const;

/** What is asked for, under the key of the header where the body has none. */
const keyed = (body: ChangeCapacity, header: string | undefined): ChangeCapacity => ({
  ...body,
  idempotency_key: body.idempotency_key ?? idempotencyKeyFrom(header),
});

@Docs.tag(TAG)
@Controller('slot')
export class SlotController {
  constructor(
    private readonly capacity: CapacityService,
    private readonly claims: ClaimService,
    private readonly lists: SlotListService,
  ) {}

  @Post('grant')
  @Access('billing:write')
  @Mutation(['slot.created', 'slot.updated'], { idempotent: false })
  @Docs({
    summary: 'Grant slots',
    description: 'Adds to the pool of the wallet and source. Happens once for each `idempotency_key`.',
    ok: SlotPool,
    errors: [...COMMON, ...CHANGE],
  })
  grant(
    @Ctx() ctx: RequestContext,
    @Body({ schema: GrantSlots }) body: ChangeCapacity,
    @Headers('idempotency-key') key?: string,
  ) {
    return this.capacity.grant(ctx, ownProject(ctx), keyed(body, key));
  }

  @Post('revoke')
  @Access('billing:write')
  @Mutation(['slot.updated'], { idempotent: false })
  @Docs({
    summary: 'Revoke slots',
    description: 'Takes slots that are not in use. Happens once for each `idempotency_key`.',
    ok: SlotPool,
    errors: [...COMMON, ...CHANGE, ...(['slot_pool_not_found', 'slot_capacity_below_in_use'] as const)],
  })
  revoke(
    @Ctx() ctx: RequestContext,
    @Body({ schema: RevokeSlots }) body: ChangeCapacity,
    @Headers('idempotency-key') key?: string,
  ) {
    return this.capacity.revoke(ctx, ownProject(ctx), keyed(body, key));
  }

  @Post('claim')
  @Access('billing:write')
  @Mutation(['slot.updated'], { idempotent: false })
  @Docs({
    summary: 'Claim slots for a resource',
    description: 'While the resource holds them, repeating it returns the same `holding_id`.',
    ok: HeldSlotPool,
    errors: [
      ...([...COMMON, 'resource_id_required', 'amount_must_be_positive', 'transaction_conflict'] as const),
      ...(['slot_pool_not_found', 'slot_insufficient_capacity', 'slot_split_required'] as const),
    ],
  })
  claim(@Ctx() ctx: RequestContext, @Body({ schema: ClaimSlots }) body: ClaimSlots) {
    return this.claims.claim(ctx, ownProject(ctx), body);
  }

  @Post('release')
  @Access('billing:write')
  @Mutation(['slot.updated'], { idempotent: false })
  @Docs({
    summary: 'Release the slots of a resource',
    ok: HeldSlotPool,
    errors: [...COMMON, 'resource_id_required', 'slot_holding_not_found'],
  })
  release(@Ctx() ctx: RequestContext, @Body({ schema: ReleaseSlots }) body: ReleaseSlots) {
    return this.claims.release(ctx, ownProject(ctx), body);
  }

  @Get('customer/:id')
  @Access('billing:read')
  @Docs({
    summary: "A customer's pools of slots",
    ok: SlotPools,
    errors: ['api_key_required', 'customer_not_found'],
    params,
  })
  pools(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListSlotPools }) query: ListSlotPools,
  ) {
    return this.lists.pools(ctx, ownProject(ctx), id, query.wallet);
  }

  @Get('events/:id')
  @Access('billing:read')
  @Docs({
    summary: "What was done to a customer's slots",
    ok: SlotEventPage,
    errors: [
      'api_key_required',
      'customer_not_found',
      'invalid_limit',
      'invalid_from_at',
      'invalid_to_at',
      'invalid_cursor',
    ],
    params,
    filters: {
      types: ['slot_event.type'],
      sources: ['slot_event.source'],
      from_at: ['slot_event.created_at'],
      to_at: ['slot_event.created_at'],
    },
  })
  events(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListSlotEvents }) query: ListSlotEvents,
  ) {
    return this.lists.events(ctx, ownProject(ctx), id, query);
  }
}
