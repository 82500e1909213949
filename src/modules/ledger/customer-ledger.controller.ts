import { Body, Controller, Get, Headers, Param, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { externalId } from '../customers/customer-id.js';
import { CUSTOMERS_TAG } from '../customers/customers.tag.js';
import { CustomerDeduct, CustomerDeposit, DeductAnswer, DepositAnswer } from './billing.dto.js';
import { DeductionService } from './deduction.service.js';
import { DepositService } from './deposit.service.js';
import { ProjectCustomerLedger, ProjectLedgerEntryPage } from './ledger.dto.js';
import { DEPOSIT_ERRORS, SPEND_ERRORS } from './ledger.errors.js';
import { LedgerService } from './ledger.service.js';
import { PastBalanceService } from './past-balance.service.js';
import { BalanceAt, BalanceQuery } from './project-ledger.dto.js';

const params = { customer_id: 'Your own id of the customer.' };

/** The wallets of one customer, for people. */
@Docs.tag(CUSTOMERS_TAG)
@Controller('projects/:id/customers/:customer_id')
export class CustomerLedgerController {
  constructor(
    private readonly ledger: LedgerService,
    private readonly balances: PastBalanceService,
    private readonly deposits: DepositService,
    private readonly deductions: DeductionService,
  ) {}

  @Get('ledger')
  @Access('billing:read')
  @Docs({
    summary: "A customer's entries",
    ok: ProjectLedgerEntryPage,
    errors: ['customer_not_found', 'invalid_limit', 'invalid_operation_type', 'invalid_cursor'],
    params,
  })
  entries(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('customer_id') customerId: string,
    @Query({ schema: ProjectCustomerLedger }) query: ProjectCustomerLedger,
  ) {
    return this.ledger.ofProject(ctx, id, { ...query, customer_id: customerId });
  }

  @Get('balance')
  @Access('billing:read')
  @Docs({
    summary: 'What a customer had at some time',
    description: 'Added up from the entries until then.',
    ok: BalanceAt,
    errors: ['customer_not_found'],
    params,
    // It asks for a time, not for customers that were made then.
    filters: { at: [] },
  })
  balance(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('customer_id') customerId: string,
    @Query({ schema: BalanceQuery }) query: BalanceQuery,
  ) {
    return this.balances.at(ctx, id, customerId, query.at);
  }

  @Post('deposit')
  @Access('billing:write')
  @Mutation(['billing.deposited'], { idempotent: false })
  @Docs({
    summary: 'Give a customer credit',
    description:
      'Creates the customer when there is none. Happens once for each `idempotency_key`, which may also stand in the ' +
      'header `Idempotency-Key`.',
    ok: DepositAnswer,
    errors: DEPOSIT_ERRORS,
    params,
  })
  deposit(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('customer_id', { schema: externalId('user_42') }) customerId: string,
    @Body({ schema: CustomerDeposit }) body: CustomerDeposit,
    @Headers('idempotency-key') key?: string,
  ) {
    return this.deposits.deposit(ctx, id, { ...body, customer_id: customerId }, key);
  }

  @Post('deduct')
  @Access('billing:write')
  @Mutation(['billing.deducted'], { idempotent: false })
  @Docs({
    summary: 'Take credit from a customer',
    description: 'Happens once for each `transaction_id`.',
    ok: DeductAnswer,
    errors: SPEND_ERRORS,
    params,
  })
  deduct(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('customer_id') customerId: string,
    @Body({ schema: CustomerDeduct }) body: CustomerDeduct,
  ) {
    return this.deductions.deduct(ctx, id, { ...body, customer_id: customerId });
  }
}
