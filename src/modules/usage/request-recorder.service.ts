import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { databaseTrouble, isUniqueViolation } from '../../kernel/database/database-errors.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { seriesOf, tally, type RequestRecord, type Tally } from './request-record.js';
import { RequestRecordingRepository } from './request-recording.repository.js';

const FLUSH_MS = 500;
/** Lines of one transaction: many, as each commit has its price; few enough that others wait some milliseconds only. */
const BATCH = 2_000;
/** Lines kept while the database is away, about 50 MB. */
const MOST_LINES = 100_000;
const MOST_SERIES_REMEMBERED = 50_000;
const WARN_EVERY_MS = 30_000;

/**
 * The request log and the meter: gathers every request with a key and writes them in batches, within half a
 * second. While the database is away it keeps what it can; of older requests, only their number.
 */
@Injectable()
export class RequestRecorder implements OnApplicationBootstrap {
  private readonly logger = new Logger('RequestLog');
  private pending: RequestRecord[] = [];
  /** Requests that still have to be counted, though their lines were dropped. */
  private uncounted = new Map<string, Tally>();
  private readonly seriesIds = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;
  private flushing: Promise<void> | null = null;
  /** Whether the database was away the last time; then only the timer tries again. */
  private away = false;
  private dropped = 0;
  private warnedAt = -Infinity;

  constructor(
    private readonly repository: RequestRecordingRepository,
    private readonly units: UnitOfWork,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Writes what is left; when the process ends, after its last request. */
  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.flush();
  }

  /** Takes one request. Costs next to nothing: it is written later. */
  record(record: RequestRecord): void {
    this.pending.push(record);
    if (this.pending.length >= BATCH && !this.flushing && !this.away) void this.flush();
  }

  /** Writes everything recorded so far, so that it can be read. Never rejects: what fails is kept. */
  async flush(): Promise<void> {
    // The run that is under way may have begun before the latest request.
    await this.flushing;
    this.flushing ??= this.writeAll().finally(() => (this.flushing = null));
    await this.flushing;
  }

  /** Writes what is there now; under steady load, what comes meanwhile is the next run's. */
  private async writeAll(): Promise<void> {
    for (let left = this.pending.length; left > 0 || this.uncounted.size > 0; left -= BATCH) {
      const batch = this.pending.splice(0, BATCH);
      const uncounted = this.uncounted;
      this.uncounted = new Map();
      try {
        await this.write(batch, uncounted);
        this.away = false;
      } catch (error) {
        // A request's id is its own: where it is taken, the batch was committed though nobody heard of it.
        if (isUniqueViolation(error)) continue;
        if (databaseTrouble(error)) return this.keep(batch, uncounted, error);
        // Trying again would change nothing, and hold up all that follows.
        this.logger.error({ err: error, lines: batch.length }, 'a part of the request log cannot be written');
      }
      // Requests that wait go first.
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  private async write(batch: RequestRecord[], uncounted: Map<string, Tally>): Promise<void> {
    const ctx = RequestContext.system('request-log', newId('req'));
    const lines = tally(batch);
    const tallies = [...lines.values(), ...uncounted.values()];
    await this.learnSeries(ctx, tallies);
    const seriesId = (record: RequestRecord) => this.seriesIds.get(seriesOf(record))!;
    const logged = new Map<number, number>();
    for (const { sample, requests } of lines.values()) {
      logged.set(seriesId(sample), (logged.get(seriesId(sample)) ?? 0) + requests);
    }
    await this.units.bookkeeping(ctx, async () => {
      await this.repository.insertLines(ctx, batch, seriesId);
      await this.repository.addToUsage(ctx, tallies, seriesId);
      await this.repository.addLogged(ctx, logged);
    });
  }

  /** Finds or makes the series this process has not seen before, in a unit of their own: they are few. */
  private async learnSeries(ctx: RequestContext, tallies: readonly Tally[]): Promise<void> {
    if (this.seriesIds.size > MOST_SERIES_REMEMBERED) this.seriesIds.clear();
    const unknown = new Map<string, RequestRecord>();
    for (const { series, sample } of tallies) if (!this.seriesIds.has(series)) unknown.set(series, sample);
    if (unknown.size === 0) return;
    const found = await this.units.bookkeeping(ctx, () =>
      this.repository.ensureSeries(ctx, [...unknown.values()]),
    );
    for (const [series, id] of found) this.seriesIds.set(series, id);
  }

  /** Keeps what could not be written; the oldest lines go when there are too many, their count stays. */
  private keep(batch: RequestRecord[], uncounted: Map<string, Tally>, error: unknown): void {
    for (const [key, { requests, ...rest }] of this.uncounted) {
      const found = uncounted.get(key);
      if (found) found.requests += requests;
      else uncounted.set(key, { requests, ...rest });
    }
    this.uncounted = uncounted;
    this.away = true;
    const lines = batch.concat(this.pending);
    const surplus = Math.max(0, lines.length - MOST_LINES);
    tally(lines.slice(0, surplus), this.uncounted);
    this.pending = lines.slice(surplus);
    this.dropped += surplus;
    if (Date.now() - this.warnedAt < WARN_EVERY_MS) return;
    this.warnedAt = Date.now();
    this.logger.warn(
      { err: error, waiting: this.pending.length, dropped: this.dropped },
      'the request log cannot be written; keeping the latest requests',
    );
  }
}
