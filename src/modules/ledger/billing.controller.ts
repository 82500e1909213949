import { Body, Controller, Headers, Post } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { BILLING_TAG } from '../customers/customers.tag.js';
import { ownProject } from '../customers/own-project.js';
import {
  Consume,
  ConsumeAnswer,
  Deduct,
  DeductAnswer,
  Deposit,
  DepositAnswer,
  Freeze,
  FreezeAnswer,
  Unfreeze,
  UnfreezeAnswer,
} from './billing.dto.js';
import { ConsumptionService } from './consumption.service.js';
import { DeductionService } from './deduction.service.js';
import { DepositService } from './deposit.service.js';
import { FreezingService } from './freezing.service.js';
import { DEPOSIT_ERRORS, SPEND_ERRORS } from './ledger.errors.js';
import { UnfreezingService } from './unfreezing.service.js';

const ONCE =
  'Happens once for each `transaction_id`: repeated, it returns the first answer with `is_idempotent_replay: true`.';

/** Operations by API keys, in their own project. They bring identifiers of their own for what must happen once. */
@Docs.tag(BILLING_TAG)
@Controller('billing')
export class BillingController {
  constructor(
    private readonly deposits: DepositService,
    private readonly deductions: DeductionService,
    private readonly freezing: FreezingService,
    private readonly consumption: ConsumptionService,
    private readonly unfreezing: UnfreezingService,
  ) {}

  @Post('deposit')
  @Access('billing:write')
  @Mutation(['billing.deposited'], { idempotent: false })
  @Docs({
    summary: 'Deposit credit',
    description: 'The same as `POST /v1/customers/deposit`.',
    ok: DepositAnswer,
    errors: ['api_key_required', ...DEPOSIT_ERRORS],
  })
  deposit(
    @Ctx() ctx: RequestContext,
    @Body({ schema: Deposit }) body: Deposit,
    @Headers('idempotency-key') key?: string,
  ) {
    return this.deposits.deposit(ctx, ownProject(ctx), body, key);
  }

  @Post('deduct')
  @Access('billing:write')
  @Mutation(['billing.deducted'], { idempotent: false })
  @Docs({
    summary: 'Deduct credit',
    description: `Takes what ends first, first. ${ONCE}`,
    ok: DeductAnswer,
    errors: ['api_key_required', 'customer_id_required', ...SPEND_ERRORS],
  })
  deduct(@Ctx() ctx: RequestContext, @Body({ schema: Deduct }) body: Deduct) {
    return this.deductions.deduct(ctx, ownProject(ctx), body);
  }

  @Post('freeze')
  @Access('billing:write')
  @Mutation(['billing.frozen'], { idempotent: false })
  @Docs({
    summary: 'Freeze credit',
    description: `Keeps it for what is still to be done; consume it or release it, or say after how long that happens by itself. ${ONCE}`,
    ok: FreezeAnswer,
    errors: [
      ...(['api_key_required', 'customer_id_required', ...SPEND_ERRORS] as const),
      ...(['invalid_auto_settlement', 'invalid_auto_settlement_ttl'] as const),
    ],
  })
  freeze(@Ctx() ctx: RequestContext, @Body({ schema: Freeze }) body: Freeze) {
    return this.freezing.freeze(ctx, ownProject(ctx), body);
  }

  @Post('consume')
  @Access('billing:write')
  @Mutation(['billing.consumed'], { idempotent: false })
  @Docs({
    summary: 'Consume frozen credit',
    description: `What was frozen and is not used returns; what is used beyond it comes from the same wallets. ${ONCE}`,
    ok: ConsumeAnswer,
    errors: [
      ...(['api_key_required', 'transaction_id_required', 'actual_amount_must_be_non_negative'] as const),
      ...(['no_consumable_freeze_records', 'freeze_auto_unfrozen', 'transaction_conflict'] as const),
      ...(['insufficient_balance', 'insufficient_balance_in_selected_credit_types'] as const),
    ],
  })
  consume(@Ctx() ctx: RequestContext, @Body({ schema: Consume }) body: Consume) {
    return this.consumption.consume(ctx, ownProject(ctx), body);
  }

  @Post('unfreeze')
  @Access('billing:write')
  @Mutation(['billing.unfrozen'], { idempotent: false })
  @Docs({
    summary: 'Release frozen credit',
    description: ONCE,
    ok: UnfreezeAnswer,
    errors: [
      ...(['api_key_required', 'transaction_id_required'] as const),
      ...(['no_unfreezable_records', 'freeze_records_already_consumed'] as const),
    ],
  })
  unfreeze(@Ctx() ctx: RequestContext, @Body({ schema: Unfreeze }) body: Unfreeze) {
    return this.unfreezing.unfreeze(ctx, ownProject(ctx), body);
  }
}
