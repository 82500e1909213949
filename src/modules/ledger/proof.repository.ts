import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { isUniqueViolation } from '../../kernel/database/database-errors.js';
import { insertRows } from '../../kernel/database/insert-rows.js';
import { instantForDriver, instantFromDriver } from '../../kernel/database/instants.js';
import { StaleRead } from '../../kernel/database/stale-read.js';

/** What a proof of a project's ledger found. */
export interface ProofResult {
  readonly projectId: string;
  readonly mismatches: number;
  /** The same for the same mismatches. */
  readonly fingerprint: string;
  readonly checkedAt: Date;
}

/** The newest proof of each project. */
@Injectable()
export class ProofRepository {
  constructor(private readonly database: Database) {}

  /** The fingerprint of a project's newest proof; null before the first. */
  async fingerprintOf(ctx: RequestContext, projectId: string): Promise<string | null> {
    const sql = 'SELECT fingerprint FROM ledger_proofs WHERE project_id = ?';
    const [row] = await this.database.read(ctx).query<{ fingerprint: string }[]>(sql, [projectId]);
    return row?.fingerprint ?? null;
  }

  /** Keeps a proof in place of the one before. */
  async replace(ctx: RequestContext, proof: ProofResult): Promise<void> {
    const at = instantForDriver(this.database.kind, proof.checkedAt) as string;
    const { projectId, mismatches, fingerprint } = proof;
    const sql =
      'UPDATE ledger_proofs SET mismatches = ?, fingerprint = ?, checked_at = ? WHERE project_id = ?';
    if ((await this.database.change(ctx, sql, [mismatches, fingerprint, at, projectId])) > 0) return;
    const columns = ['project_id', 'mismatches', 'fingerprint', 'checked_at'];
    const row = [projectId, mismatches, fingerprint, at];
    try {
      await insertRows(await this.database.write(ctx), 'ledger_proofs', columns, [row], values => values);
    } catch (error) {
      throw isUniqueViolation(error) ? new StaleRead('the proof') : error;
    }
  }

  /** How much all newest proofs found, and when the oldest of them was made. */
  async summary(ctx: RequestContext): Promise<{ mismatches: number; oldest: Date | null }> {
    const [row] = await this.database
      .read(ctx)
      .query<Record<string, unknown>[]>(
        'SELECT SUM(mismatches) AS mismatches, MIN(checked_at) AS oldest FROM ledger_proofs',
      );
    return { mismatches: Number(row?.mismatches ?? 0), oldest: instantFromDriver(row?.oldest) };
  }
}
