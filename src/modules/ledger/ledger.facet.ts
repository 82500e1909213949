import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AnswersProjectEffects, Effect } from '../../kernel/facets/effects.js';
import type { AnswersExports } from '../../kernel/facets/exports.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersMetrics } from '../../kernel/facets/metrics.js';
import { EntryRepository } from './entry.repository.js';
import { FreezeRepository } from './freeze.repository.js';
import { LedgerExport } from './ledger.export.js';
import { LowestBalance } from './lowest-balance.service.js';

/** What the ledger adds: credit that stays frozen, the lowest balance for alerts, entries by id and as exports. */
@Facet()
export class LedgerFacet implements AnswersExports, AnswersProjectEffects, AnswersMetrics, AnswersLookups {
  readonly exports: AnswersExports['exports'];

  readonly metrics = {
    wallet_balance: (ctx: RequestContext, id: string) => this.lowest.of(ctx, id, new Date()),
  };

  readonly lookup = {
    prefix: 'led',
    object: 'ledger_entry',
    madeOf: ['ledger_entry.operation_type'],
    permission: 'billing:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly freezes: FreezeRepository,
    private readonly entries: EntryRepository,
    private readonly lowest: LowestBalance,
    rows: LedgerExport,
  ) {
    this.exports = { ledger: rows };
  }

  async projectEffects(ctx: RequestContext, projectId: string, action: string): Promise<Effect[]> {
    if (action !== 'suspend' && action !== 'delete') return [];
    return [{ effect: 'frozen_credits', count: await this.freezes.frozenIn(ctx, projectId) }];
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const entry = await this.entries.findAnywhere(ctx, id);
    if (!entry) return null;
    const { project_id: projectId, operation_type: name } = entry;
    return { id, projectId, name, url: `/v1/projects/${projectId}/ledger` };
  }
}
