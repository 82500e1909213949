import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { CustomerService } from '../customers/customer.service.js';
import { EntrySumRepository } from './entry-sums.repository.js';
import type { LedgerProof } from './project-ledger.dto.js';
import { mismatchesOf } from './proof.js';

const MOST_SHOWN = 100;

/** Proves that every account of a project equals the sum of its entries, at one moment. */
@Injectable()
export class ProofService {
  constructor(
    private readonly customers: CustomerService,
    private readonly sums: EntrySumRepository,
  ) {}

  async prove(ctx: RequestContext, projectId: string): Promise<LedgerProof> {
    const checkedAt = new Date();
    const { accounts, sums } = await this.sums.ofProject(projectId);
    const mismatches = mismatchesOf(accounts, sums);
    const shown = mismatches.slice(0, MOST_SHOWN);
    const rowIds = shown.flatMap(({ customer_row_id }) => customer_row_id ?? []);
    const names = await this.customers.names(ctx, projectId, rowIds);
    return {
      valid: mismatches.length === 0,
      accounts: accounts.length,
      entries: [...sums.values()].reduce((sum, { entries }) => sum + entries, 0),
      checked_at: checkedAt.toISOString(),
      mismatches: shown.map(({ customer_row_id, ...mismatch }) => ({
        ...mismatch,
        customer_id: (customer_row_id && names.get(customer_row_id)) ?? null,
      })),
    };
  }
}
