import { Body, Controller, Get, Headers, Param, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { BILLING_TAG } from '../customers/customers.tag.js';
import { ownProject } from '../customers/own-project.js';
import { Deposit, DepositAnswer } from './billing.dto.js';
import { DepositService } from './deposit.service.js';
import { CustomerLedger, LedgerEntryPage } from './ledger.dto.js';
import { DEPOSIT_ERRORS } from './ledger.errors.js';
import { LedgerService } from './ledger.service.js';

/** What API keys do to customers of their own project. */
@Docs.tag(BILLING_TAG)
@Controller('customers')
export class OwnLedgerController {
  constructor(
    private readonly deposits: DepositService,
    private readonly ledger: LedgerService,
  ) {}

  @Post('deposit')
  @Access('billing:write')
  @Mutation(['billing.deposited'], { idempotent: false })
  @Docs({
    summary: 'Deposit credit for a customer',
    description:
      'Creates the customer when there is none; `name`, `email` and `metadata` are used only then. Happens once for each ' +
      '`idempotency_key`: repeated, it returns the first answer with `is_idempotent_replay: true`.',
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

  @Get(':id/ledger')
  @Access('billing:read')
  @Docs({
    summary: "A customer's ledger",
    description: 'One entry for each account that an operation touched, newest first.',
    ok: LedgerEntryPage,
    errors: [
      'api_key_required',
      'customer_not_found',
      'invalid_limit',
      'invalid_operation_type',
      'invalid_cursor',
    ],
    params: { id: 'Your own id of the customer.' },
  })
  entries(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: CustomerLedger }) query: CustomerLedger,
  ) {
    return this.ledger.ofCustomer(ctx, ownProject(ctx), id, query);
  }
}
