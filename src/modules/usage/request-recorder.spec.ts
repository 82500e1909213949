import { newId } from '../../kernel/database/ids.js';
import type { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { RequestRecorder } from './request-recorder.service.js';
import { seriesOf, type RequestRecord, type Tally } from './request-record.js';
import type { RequestRecordingRepository } from './request-recording.repository.js';

/** A database that may be away, and what it was given. */
class Recording {
  failure: Error | null = null;
  readonly lines: string[] = [];
  counted = 0;

  async ensureSeries(_: unknown, samples: RequestRecord[]) {
    return new Map(samples.map((sample, index) => [seriesOf(sample), index]));
  }

  async insertLines(_: unknown, records: RequestRecord[]) {
    if (this.failure) throw this.failure;
    this.lines.push(...records.map(record => record.id));
  }

  async addToUsage(_: unknown, tallies: Tally[]) {
    this.counted += tallies.reduce((sum, { requests }) => sum + requests, 0);
  }

  async addLogged() {}
}

const units = { bookkeeping: (_: unknown, work: () => unknown) => work() } as unknown as UnitOfWork;

function request(): RequestRecord {
  const id = newId('req');
  const key = { projectId: 'prj_1', organizationId: 'org_1', apiKeyId: 'key_1', memberId: null };
  const outcome = { status: 200, durationMs: 1, ip: null, userAgent: null, errorCode: null };
  return { id, requestId: id, ...key, method: 'GET', route: '/v1/whoami', ...outcome };
}

describe('the recorder', () => {
  let database: Recording;
  let recorder: RequestRecorder;

  beforeEach(() => {
    database = new Recording();
    recorder = new RequestRecorder(database as unknown as RequestRecordingRepository, units);
    jest.spyOn(recorder['logger'], 'warn').mockReturnValue(undefined);
    jest.spyOn(recorder['logger'], 'error').mockReturnValue(undefined);
  });

  it.each([
    ['away', Object.assign(new Error('away'), { code: 'ECONNREFUSED', fatal: true })],
    ['busy', new AppError('database_busy')],
  ])('keeps what it cannot write while the database is %s', async (_, failure) => {
    database.failure = failure;
    const requests = Array.from({ length: 2_500 }, request);
    requests.forEach(each => recorder.record(each));
    await recorder.flush();
    expect(database.lines).toEqual([]);
    database.failure = null;
    await recorder.flush();
    expect(database.lines.toSorted()).toEqual(requests.map(({ id }) => id).toSorted());
    expect(database.counted).toBe(2_500);
  });

  it('drops the oldest lines when there are too many, and counts them all the same', async () => {
    database.failure = Object.assign(new Error('away'), { code: 'ECONNREFUSED', fatal: true });
    const oldest = request();
    recorder.record(oldest);
    for (let i = 0; i < 100_010; i++) recorder.record(request());
    await recorder.flush();
    database.failure = null;
    await recorder.flush();
    expect(database.lines).toHaveLength(100_000);
    expect(database.lines).not.toContain(oldest.id);
    expect(database.counted).toBe(100_011);
  });

  it('does not write twice what was committed unheard', async () => {
    database.failure = Object.assign(new Error('taken'), { code: 'ER_DUP_ENTRY' });
    recorder.record(request());
    await recorder.flush();
    database.failure = null;
    await recorder.flush();
    expect(database.lines).toEqual([]);
  });

  it('is not held up by what can never be written', async () => {
    database.failure = Object.assign(new Error('too long'), { code: 'ER_DATA_TOO_LONG' });
    recorder.record(request());
    await recorder.flush();
    database.failure = null;
    recorder.record(request());
    await recorder.flush();
    expect(database.lines).toHaveLength(1);
  });
});
