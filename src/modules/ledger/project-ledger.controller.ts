import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { CUSTOMERS_TAG } from '../customers/customers.tag.js';
import { ProjectLedger, ProjectLedgerEntry, ProjectLedgerEntryPage } from './ledger.dto.js';
import { LedgerService } from './ledger.service.js';
import { LedgerProof, ReverseEntry } from './project-ledger.dto.js';
import { ProofService } from './proof.service.js';
import { ReversalService } from './reversal.service.js';

@Docs.tag(CUSTOMERS_TAG)
@Controller('projects/:id/ledger')
export class ProjectLedgerController {
  constructor(
    private readonly ledger: LedgerService,
    private readonly proofs: ProofService,
    private readonly reversals: ReversalService,
  ) {}

  @Get()
  @Access('billing:read')
  @Docs({
    summary: "A project's ledger",
    description: 'One entry for each account that an operation touched, newest first.',
    ok: ProjectLedgerEntryPage,
    errors: ['customer_not_found', 'invalid_limit', 'invalid_operation_type', 'invalid_cursor'],
  })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ProjectLedger }) query: ProjectLedger,
  ) {
    return this.ledger.ofProject(ctx, id, query);
  }

  @Get('proof')
  @Access('billing:read')
  @Docs({
    summary: 'Prove the ledger',
    description:
      'Adds up every entry of the project and compares the sums with the accounts, both as they are at one moment. A job ' +
      'does the same every hour, and leaves `billing.mismatch_found` when something differs.',
    ok: LedgerProof,
  })
  prove(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return this.proofs.prove(ctx, id);
  }

  @Post(':led/reverse')
  @Access('billing:write')
  @Mutation(['billing.reversed'])
  @Docs({
    summary: 'Reverse a deposit or a deduction',
    description:
      'Takes a `GRANT` or a `CONSUME` back by a new entry, once, wholly or in part. Without `confirm` the answer is 428 and ' +
      'shows the balance before and after.',
    created: ProjectLedgerEntry,
    errors: [
      ...(['confirmation_required', 'amount_must_be_positive', 'insufficient_balance'] as const),
      ...(['already_reversed', 'invalid_transition'] as const),
    ],
  })
  reverse(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('led') led: string,
    @Body({ schema: ReverseEntry }) body: ReverseEntry,
  ) {
    return this.reversals.reverse(ctx, id, led, body);
  }
}
