import { Logger } from '@nestjs/common';
import { Buffers } from '../../kernel/buffers/buffers.js';
import { newId } from '../../kernel/database/ids.js';
import type { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { type RequestRecord, type SeriesHour, seriesOf } from './request-record.js';
import { RequestRecorder } from './request-recorder.service.js';
import type { RequestRecordingRepository } from './request-recording.repository.js';

/** A database that may be away, or refuse some lines, and what it was given. */
class Recording {
  failure: Error | null = null;
  /** Lines it refuses, and why. */
  readonly refused = new Map<string, Error>();
  readonly lines: string[] = [];
  counted = 0;

  async ensureSeries(_: unknown, samples: RequestRecord[]) {
    return new Map(samples.map((sample, index) => [seriesOf(sample), index]));
  }

  async insertLines(_: unknown, gathered: SeriesHour[]) {
    if (this.failure) throw this.failure;
    const ids = gathered.flatMap(({ lines }) => lines.map(({ id }) => id));
    for (const id of ids) if (this.refused.has(id)) throw this.refused.get(id)!;
    this.lines.push(...ids);
  }

  async addToUsage(_: unknown, gathered: SeriesHour[]) {
    for (const { lines, unlogged } of gathered) this.counted += lines.length + unlogged;
  }

  async addLogged() {}
}

const units = {
  bookkeeping: (_: unknown, work: () => unknown) => work(),
  writeBehind: (fill: () => unknown) => fill(),
} as unknown as UnitOfWork;

function request(route = '/v1/whoami'): RequestRecord {
  const id = newId('req');
  const key = { projectId: 'prj_1', organizationId: 'org_1', apiKeyId: 'key_1', memberId: null };
  const outcome = { status: 200, durationMs: 1, ip: null, userAgent: null, errorCode: null };
  return { id, requestId: id, ...key, method: 'GET', route, ...outcome };
}

describe('the recorder', () => {
  let database: Recording;
  let recorder: RequestRecorder;
  let lost: () => number;

  beforeEach(() => {
    database = new Recording();
    const buffers = new Buffers();
    recorder = new RequestRecorder(database as unknown as RequestRecordingRepository, units, buffers);
    lost = () => buffers.state()[0]!.lost;
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
  });
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['away', Object.assign(new Error('away'), { code: 'ECONNREFUSED', fatal: true })],
    ['busy', new AppError('database_busy')],
  ])('keeps what it cannot write while the database is %s', async (_, failure) => {
    database.failure = failure;
    const requests = Array.from({ length: 2_500 }, (_, i) => request(`/v1/${i % 40}`));
    requests.forEach(each => recorder.record(each));
    await recorder.flush();
    expect(database.lines).toEqual([]);
    database.failure = null;
    await recorder.flush();
    expect(database.lines.toSorted()).toEqual(requests.map(({ id }) => id).toSorted());
    expect(database.counted).toBe(2_500);
    expect(lost()).toBe(0);
  });

  it('drops the oldest lines when there are too many, and counts their requests all the same', async () => {
    database.failure = Object.assign(new Error('away'), { code: 'ECONNREFUSED', fatal: true });
    const oldest = request();
    recorder.record(oldest);
    for (let i = 0; i < 100_010; i++) recorder.record(request());
    await recorder.flush();
    database.failure = null;
    await recorder.flush();
    expect(database.lines).not.toContain(oldest.id);
    expect(database.lines).toHaveLength(100_011 - lost());
    expect(database.counted).toBe(100_011);
    expect(lost()).toBeGreaterThan(10);
    expect(lost()).toBeLessThanOrEqual(10_011);
  });

  it('does not write twice what was committed unheard, and writes what came after it', async () => {
    const [committed, later] = [request(), request()];
    database.refused.set(committed.id, Object.assign(new Error('taken'), { code: 'ER_DUP_ENTRY' }));
    recorder.record(committed);
    recorder.record(later);
    await recorder.flush();
    expect(database.lines).toEqual([later.id]);
    expect(lost()).toBe(0);
  });

  it('gives up only what can never be written', async () => {
    const requests = Array.from({ length: 300 }, (_, i) => request(`/v1/${i % 7}`));
    const bad = requests[123]!;
    database.refused.set(bad.id, Object.assign(new Error('too long'), { code: 'ER_DATA_TOO_LONG' }));
    requests.forEach(each => recorder.record(each));
    await recorder.flush();
    expect(new Set(database.lines)).toEqual(
      new Set(requests.filter(each => each !== bad).map(({ id }) => id)),
    );
    expect(lost()).toBe(1);
  });

  it('counts what is to have no line', async () => {
    recorder.record(request());
    recorder.record(request(), { line: false });
    await recorder.flush();
    expect(database.lines).toHaveLength(1);
    expect(database.counted).toBe(2);
  });
});
