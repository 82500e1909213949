import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import type { Dataset, Recipient } from '../../kernel/facets/exports.js';
import { JobFailure } from '../../kernel/jobs/job-failure.js';
import { BlobStorage } from '../../kernel/storage/blob-storage.js';
import { AttributeCatalog } from '../../kernel/visibility/attribute-catalog.js';
import { blobKey, type ReportEntity } from './report.entity.js';
import { ReportRepository } from './report.repository.js';
import { writerOf } from './report-formats.js';

const PROGRESS_EVERY_MS = 1_000;
/** Before it is ready, a report is never quite done. */
const NEARLY_DONE = 0.99;

/** What a file turned out to be. */
export interface WrittenFile {
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** A run stops when its report was deleted, or another run has taken it over. */
export class Superseded extends Error {}

/**
 * Writes a report's rows to the storage: read in pieces, hidden from the recipient what is hidden from them, hashed on
 * the way. No more than a few pieces are in memory, and others get their turn after each.
 */
@Injectable()
export class ReportWriter implements OnModuleDestroy {
  private stopping = false;

  constructor(
    private readonly reports: ReportRepository,
    private readonly storage: BlobStorage,
    private readonly catalog: AttributeCatalog,
    private readonly units: UnitOfWork,
  ) {}

  /** Comes before the runner waits for its jobs to end: a long report would let it wait in vain. */
  onModuleDestroy(): void {
    this.stopping = true;
  }

  /** @throws Superseded; JobFailure when the server stops; AppError `storage_full`, `storage_unavailable` */
  async write(
    ctx: RequestContext,
    report: ReportEntity,
    dataset: Dataset,
    recipient: Recipient,
  ): Promise<WrittenFile> {
    const tally = { rows: 0, bytes: 0, hash: createHash('sha256') };
    const bytes = Readable.from(this.bytes(ctx, report, dataset, recipient, tally), { objectMode: false });
    await this.storage.put(blobKey(report, report.run), bytes);
    return { rows: tally.rows, bytes: tally.bytes, sha256: tally.hash.digest('hex') };
  }

  private async *bytes(
    ctx: RequestContext,
    report: ReportEntity,
    dataset: Dataset,
    recipient: Recipient,
    tally: { rows: number; bytes: number; hash: ReturnType<typeof createHash> },
  ): AsyncGenerator<Buffer> {
    const { project_id: projectId, range_from: from, range_to: to } = report;
    const query = { projectId, from, to, recipient };
    const writer = writerOf(report, dataset.row);
    const redact = this.catalog.redaction(recipient.hidden).of(dataset.row);
    const counted = (text: string): Buffer => {
      const bytes = Buffer.from(text);
      tally.bytes += bytes.length;
      tally.hash.update(bytes);
      return bytes;
    };
    const expected = await dataset.count(ctx, query);
    const beginning = writer.begin();
    if (beginning) yield counted(beginning);
    let told = Date.now();
    for await (const rows of dataset.rows(ctx, query)) {
      if (this.stopping) throw new JobFailure('the server stopped while the report was being written');
      if (rows.length > 0) {
        const shown = redact ? rows.map(row => redact(row) as object) : rows;
        const text = writer.rows(shown, tally.rows === 0);
        tally.rows += rows.length;
        yield counted(text);
      }
      if (Date.now() - told < PROGRESS_EVERY_MS) continue;
      const progress = expected > 0 ? Math.min(NEARLY_DONE, tally.rows / expected) : 0;
      await this.tell(report, { progress, rows: tally.rows });
      told = Date.now();
    }
    const end = writer.end();
    if (end) yield counted(end);
  }

  private async tell(report: ReportEntity, how: Pick<ReportEntity, 'progress' | 'rows'>): Promise<void> {
    const ctx = RequestContext.system('job:reports.write', newId('req'));
    if (!(await this.units.bookkeeping(ctx, () => this.reports.updateRun(ctx, report, how))))
      throw new Superseded();
  }
}
