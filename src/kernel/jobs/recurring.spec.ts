import { Logger } from '@nestjs/common';
import { Config } from '../config/config.js';
import { RecurringJobs } from './recurring.js';

describe('RecurringJobs', () => {
  const jobs = (environment: Record<string, string> = {}) => new RecurringJobs(Config.from(environment));

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('does the work every so often, the first time after one interval', async () => {
    const work = jest.fn(async () => undefined);
    jobs().every('test', 1_000, work);
    await jest.advanceTimersByTimeAsync(999);
    expect(work).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(2_001);
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('waits for the call before, and for the last one at shutdown', async () => {
    let finish!: () => void;
    const work = jest.fn(() => new Promise<void>(resolve => (finish = resolve)));
    const recurring = jobs();
    recurring.every('test', 1_000, work);
    await jest.advanceTimersByTimeAsync(3_000);
    expect(work).toHaveBeenCalledTimes(1);

    let ended = false;
    const end = recurring.beforeApplicationShutdown().then(() => (ended = true));
    await jest.advanceTimersByTimeAsync(3_000);
    expect(ended).toBe(false);
    finish();
    await end;
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('goes on after a failure', async () => {
    const work = jest.fn(async () => Promise.reject(new Error('the database is away')));
    jobs().every('test', 1_000, work);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('does nothing where jobs are not run', async () => {
    const work = jest.fn(async () => undefined);
    jobs({ RUN_JOBS: 'false' }).every('test', 1_000, work);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(work).not.toHaveBeenCalled();
  });
});
