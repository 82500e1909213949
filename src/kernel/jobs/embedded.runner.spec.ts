import { waitFor } from '../../../test/support/wait-for.js';
import { EmbeddedRunner } from './embedded.runner.js';
import { CONCURRENCY } from './job-runner.js';

/** A processor whose jobs end when told to. */
class Jobs {
  readonly begun: string[] = [];
  private readonly ends = new Map<string, (againInMs: number | null) => void>();

  readonly process = (jobId: string) => {
    this.begun.push(jobId);
    return new Promise<number | null>(resolve => this.ends.set(jobId, resolve));
  };

  end(jobId: string, againInMs: number | null = null): void {
    this.ends.get(jobId)!(againInMs);
  }
}

describe('EmbeddedRunner', () => {
  let runner: EmbeddedRunner;
  let jobs: Jobs;

  beforeEach(() => {
    runner = new EmbeddedRunner();
    jobs = new Jobs();
  });

  it('queues nothing before it is started', async () => {
    await expect(runner.enqueue('a', 0)).resolves.toBe(false);
    await expect(runner.depth()).resolves.toBe(0);
  });

  it('asks to be refilled when it starts', () => {
    const refill = jest.fn();
    runner.start(jobs.process, refill);
    expect(refill).toHaveBeenCalledTimes(1);
  });

  describe('started', () => {
    beforeEach(() => runner.start(jobs.process, () => undefined));

    it('runs so many at a time, the rest in order', async () => {
      const ids = Array.from({ length: CONCURRENCY + 2 }, (_, index) => `job-${index}`);
      for (const id of ids) await runner.enqueue(id, 0);
      expect(jobs.begun).toEqual(ids.slice(0, CONCURRENCY));
      await expect(runner.depth()).resolves.toBe(ids.length);

      jobs.end('job-1');
      await waitFor('the next job', () => jobs.begun.length === CONCURRENCY + 1);
      jobs.end('job-0');
      await waitFor('the last job', () => jobs.begun.length === CONCURRENCY + 2);
      expect(jobs.begun).toEqual(ids);
    });

    it('does not queue a job twice', async () => {
      await runner.enqueue('a', 0);
      await expect(runner.enqueue('a', 0)).resolves.toBe(true);
      await runner.enqueue('later', 60_000);
      await runner.enqueue('later', 60_000);
      await expect(runner.depth()).resolves.toBe(2);
    });

    it('brings a delayed job forward', async () => {
      await runner.enqueue('a', 60_000);
      expect(jobs.begun).toEqual([]);
      await runner.enqueue('a', 0);
      expect(jobs.begun).toEqual(['a']);
      await expect(runner.depth()).resolves.toBe(1);
    });

    it('runs a delayed job when its time has come', async () => {
      await runner.enqueue('a', 1);
      await waitFor('the delay to pass', () => jobs.begun.includes('a'));
    });

    it('runs a job again when it asks for it', async () => {
      await runner.enqueue('a', 0);
      jobs.end('a', 1);
      await waitFor('the second run', () => jobs.begun.length === 2);
      jobs.end('a');
      await waitFor('an empty queue', async () => (await runner.depth()) === 0);
    });

    it('lets running jobs finish when it stops, and begins no other', async () => {
      const ids = Array.from({ length: CONCURRENCY + 1 }, (_, index) => `job-${index}`);
      for (const id of ids) await runner.enqueue(id, 0);
      let stopped = false;
      const stop = runner.stop().then(() => (stopped = true));

      for (const id of ids.slice(1, CONCURRENCY)) jobs.end(id);
      await new Promise(setImmediate);
      expect(stopped).toBe(false);

      jobs.end('job-0', 0);
      await stop;
      expect(jobs.begun).toEqual(ids.slice(0, CONCURRENCY));
      await expect(runner.enqueue('b', 0)).resolves.toBe(false);
    });
  });
});
