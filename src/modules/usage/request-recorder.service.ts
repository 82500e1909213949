import { Injectable } from '@nestjs/common';
import type { Buffer } from '../../kernel/buffers/buffer.js';
import { Buffers } from '../../kernel/buffers/buffers.js';
import { RequestContext } from '../../kernel/context/request-context.js';
import { isUniqueViolation } from '../../kernel/database/database-errors.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { hourOf, partsOf, type RequestRecord, type SeriesHour, seriesOf } from './request-record.js';
import { RequestRecordingRepository } from './request-recording.repository.js';

/** Long, as requests of one key and route that are written together cost a third of what each costs alone. */
const GATHER_MS = 700;
/** Lines of one transaction: those of many requests, and few enough that others who write wait some milliseconds only. */
const BATCH = 1_000;
/** Lines kept while the database is away, about 50 MB. */
const MOST_LINES = 100_000;
const MOST_SERIES_REMEMBERED = 50_000;

/**
 * The request log and the meter: gathers every request with a key and writes them in batches, within a second. While
 * the database is away it keeps what it can; of older requests, only their number.
 */
@Injectable()
export class RequestRecorder {
  private readonly buffer: Buffer<SeriesHour>;
  private readonly seriesIds = new Map<string, number>();

  constructor(
    private readonly repository: RequestRecordingRepository,
    private readonly units: UnitOfWork,
    buffers: Buffers,
  ) {
    this.buffer = buffers.make<SeriesHour>({
      name: 'request_log',
      gatherMs: GATHER_MS,
      batch: BATCH,
      most: MOST_LINES,
      weigh: ({ lines }) => lines.length,
      write: gathered => this.write(gathered),
      partsOf,
      lighten: (gathered, surplus) => {
        gathered.unlogged += gathered.lines.splice(0, surplus).length;
      },
    });
  }

  /**
   * Takes one request; without a line in the log, it is only counted. Costs next to nothing: it is written later,
   * those of one key and route together.
   */
  record(record: RequestRecord, { line }: { line: boolean } = { line: true }): void {
    const series = seriesOf(record);
    const hour = hourOf(record);
    this.buffer.note(
      `${hour} ${series}`,
      () => ({ series, sample: record, hour, lines: [], unlogged: 0 }),
      gathered => {
        if (line) gathered.lines.push(record);
        else gathered.unlogged++;
      },
    );
  }

  /** Writes everything recorded so far, so that it can be read. Never rejects: what fails is kept. */
  flush(): Promise<void> {
    return this.buffer.flush();
  }

  private async write(gathered: SeriesHour[]): Promise<void> {
    try {
      await this.learnSeries(gathered);
      const seriesId = ({ series }: SeriesHour) => this.seriesIds.get(series)!;
      await this.units.writeBehind(async batch => {
        await this.repository.insertLines(batch, gathered, seriesId);
        await this.repository.addToUsage(batch, gathered, seriesId);
        await this.repository.addLogged(batch, gathered, seriesId);
      });
    } catch (error) {
      // A request's id is its own: where it is taken, it was committed before, though nobody heard of it.
      if (isUniqueViolation(error) && isOne(gathered)) return;
      throw error;
    }
  }

  /** Finds or makes the series this process has not seen before, in a unit of their own: they are few. */
  private async learnSeries(gathered: readonly SeriesHour[]): Promise<void> {
    if (this.seriesIds.size > MOST_SERIES_REMEMBERED) this.seriesIds.clear();
    const unknown = new Map<string, RequestRecord>();
    for (const { series, sample } of gathered) if (!this.seriesIds.has(series)) unknown.set(series, sample);
    if (unknown.size === 0) return;
    const ctx = RequestContext.system('request-log', newId('req'));
    const found = await this.units.bookkeeping(ctx, () =>
      this.repository.ensureSeries(ctx, [...unknown.values()]),
    );
    for (const [series, id] of found) this.seriesIds.set(series, id);
  }
}

function isOne(gathered: readonly SeriesHour[]): boolean {
  return gathered.length === 1 && partsOf(gathered[0]!).length === 1;
}
