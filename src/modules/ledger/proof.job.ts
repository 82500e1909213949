import { createHash } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import { Meters } from '../../kernel/metrics/meters.js';
import { EntrySumRepository } from './entry-sums.repository.js';
import type { LedgerProof } from './project-ledger.dto.js';
import { ProofRepository, type ProofResult } from './proof.repository.js';
import { ProofService } from './proof.service.js';

const EVERY_MS = 60 * 60 * 1_000;

/** Proves every ledger again and again. What differs is told once: again only when something else does. */
@Injectable()
export class ProofJob implements OnApplicationBootstrap {
  private readonly logger = new Logger('Ledger');

  constructor(
    private readonly proofs: ProofService,
    private readonly results: ProofRepository,
    private readonly sums: EntrySumRepository,
    private readonly units: UnitOfWork,
    private readonly recurring: RecurringJobs,
    meters: Meters,
  ) {
    meters.gauge(
      'bailiwick_ledger_mismatches',
      'Figures of accounts that differ from their entries, as the newest proofs found them.',
      () => this.mismatches(),
    );
    meters.gauge(
      'bailiwick_ledger_proof_age_seconds',
      'How long ago the oldest of the newest proofs was made.',
      () => this.ageSeconds(),
    );
  }

  onApplicationBootstrap(): void {
    this.recurring.every('ledger.prove', EVERY_MS, () => this.proveAll());
  }

  async proveAll(): Promise<void> {
    const ctx = RequestContext.system('job:ledger.prove', newId('req'));
    for (let project = await this.sums.nextProject(ctx, ''); project;) {
      await this.prove(ctx, project);
      project = await this.sums.nextProject(ctx, project);
    }
  }

  /** How much the newest proofs found. */
  async mismatches(): Promise<number> {
    return (await this.results.summary(RequestContext.reading('metrics'))).mismatches;
  }

  /** How old the oldest of the newest proofs is; null before the first. */
  async ageSeconds(): Promise<number | null> {
    const { oldest } = await this.results.summary(RequestContext.reading('metrics'));
    return oldest && Math.max(0, (Date.now() - oldest.getTime()) / 1_000);
  }

  private async prove(ctx: RequestContext, projectId: string): Promise<void> {
    const proof = await this.proofs.prove(ctx, projectId);
    const result: ProofResult = {
      projectId,
      mismatches: proof.mismatches.length,
      fingerprint: createHash('sha256').update(JSON.stringify(proof.mismatches)).digest('base64url'),
      checkedAt: new Date(proof.checked_at),
    };
    if (proof.valid) return void (await this.units.bookkeeping(ctx, () => this.results.replace(ctx, result)));
    this.logger.error(
      { project: projectId, mismatches: proof.mismatches },
      'accounts differ from their ledger entries',
    );
    if (!(await this.tell(ctx, proof, result)))
      await this.units.bookkeeping(ctx, () => this.results.replace(ctx, result));
  }

  /** Leaves the event, unless the proof before found the same; answers whether it did. */
  private async tell(ctx: RequestContext, proof: LedgerProof, result: ProofResult): Promise<boolean> {
    const { projectId, fingerprint } = result;
    if ((await this.results.fingerprintOf(ctx, projectId)) === fingerprint) return false;
    await this.units.run(ctx, { events: ['billing.mismatch_found'] }, async () => {
      await this.results.replace(ctx, result);
      const { accounts, entries, mismatches } = proof;
      ctx.audit
        .inProject(projectId)
        .ended('failed')
        .change(ledger(projectId, null), null, { accounts, entries, mismatches });
    });
    return true;
  }
}

const ledger = defineTarget('ledger', { name: [] });
