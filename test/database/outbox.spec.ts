import { Logger } from '@nestjs/common';
import { Config } from '../../src/kernel/config/config.js';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { type JobHandler, JobRegistry } from '../../src/kernel/jobs/job.js';
import { JobFailure } from '../../src/kernel/jobs/job-failure.js';
import { JobRunner } from '../../src/kernel/jobs/job-runner.js';
import { RecurringJobs } from '../../src/kernel/jobs/recurring.js';
import { Meters } from '../../src/kernel/metrics/meters.js';
import { OutboxDispatcher } from '../../src/kernel/outbox/outbox.dispatcher.js';
import { OutboxJob } from '../../src/kernel/outbox/outbox.entity.js';
import { Outbox } from '../../src/kernel/outbox/outbox.js';
import { OutboxProcessor } from '../../src/kernel/outbox/outbox.processor.js';
import { OutboxRepository } from '../../src/kernel/outbox/outbox.repository.js';
import { OutboxAndNotifications1763700002000 } from '../../src/migrations/1763700002000-outbox-and-notifications.js';
import { type OpenDatabase, openFreshDatabase, write } from '../support/open-database.js';

/** Notes what it is given; the tests say when a job runs. */
class NotedRunner extends JobRunner {
  readonly queued: [id: string, delayMs: number][] = [];

  override async enqueue(id: string, delayMs: number): Promise<boolean> {
    this.queued.push([id, delayMs]);
    return true;
  }

  override start(): void {}
  override async stop(): Promise<void> {}
  override async depth(): Promise<number> {
    return this.queued.length;
  }
}

class GreetJob implements JobHandler {
  readonly name = 'test.greet';
  readonly maxAttempts = 3;
  readonly run = jest.fn<Promise<void>, [RequestContext, string]>(async () => undefined);
  readonly gaveUp = jest.fn<Promise<void>, [RequestContext, string, unknown]>(async () => undefined);

  backoff(attempt: number): number {
    return attempt * 60_000;
  }
}

const context = () => RequestContext.system('test', 'req_test');

describe('the outbox', () => {
  let fresh: OpenDatabase;
  let rows: OutboxRepository;
  let registry: JobRegistry;
  let runner: NotedRunner;
  let outbox: Outbox;
  let processor: OutboxProcessor;
  let job: GreetJob;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    fresh = await openFreshDatabase([OutboxJob], [OutboxAndNotifications1763700002000]);
  });

  afterAll(() => fresh.drop());

  beforeEach(async () => {
    await write(fresh, context(), manager => manager.createQueryBuilder().delete().from(OutboxJob).execute());
    rows = new OutboxRepository(fresh.database);
    registry = new JobRegistry();
    runner = new NotedRunner();
    outbox = new Outbox(rows, registry, runner);
    processor = new OutboxProcessor(rows, registry, fresh.unitOfWork, new Meters());
    job = new GreetJob();
    registry.register(job);
  });

  const all = () => fresh.database.read(RequestContext.reading('test')).find(OutboxJob);

  async function rewrite(id: string, values: Partial<OutboxJob>): Promise<void> {
    await write(fresh, context(), manager => manager.update(OutboxJob, { id }, values));
  }

  async function schedule(options?: { delayMs: number }): Promise<string> {
    const ctx = context();
    await fresh.unitOfWork.bookkeeping(ctx, () => outbox.schedule(ctx, job.name, 'ntf_1', options));
    return runner.queued.at(-1)![0];
  }

  describe('schedule', () => {
    it('queues a job once its unit of work has committed', async () => {
      const ctx = context();
      await fresh.unitOfWork.bookkeeping(ctx, async () => {
        await outbox.schedule(ctx, job.name, 'ntf_1', { delayMs: 500 });
        expect(runner.queued).toEqual([]);
      });
      const [row] = await all();
      expect(row).toMatchObject({ job: job.name, payload_id: 'ntf_1', status: 'pending', attempts: 0 });
      expect(row!.run_at.getTime()).toBe(row!.created_at.getTime() + 500);
      expect(runner.queued).toEqual([[row!.id, 500]]);
    });

    it('leaves nothing of a unit of work that was rolled back', async () => {
      const ctx = context();
      const work = fresh.unitOfWork.bookkeeping(ctx, async () => {
        await outbox.schedule(ctx, job.name, 'ntf_1');
        throw new Error('refused');
      });
      await expect(work).rejects.toThrow('refused');
      expect(runner.queued).toEqual([]);
      await expect(all()).resolves.toEqual([]);
    });

    it('takes no job that nobody handles, and none outside a unit of work', async () => {
      const ctx = context();
      await expect(outbox.schedule(ctx, 'test.unknown', 'x')).rejects.toThrow(
        'no handler is registered for job test.unknown',
      );
      await expect(outbox.schedule(ctx, job.name, 'x')).rejects.toThrow('unit of work');
    });
  });

  describe('process', () => {
    it('runs a job as the system and forgets it', async () => {
      const id = await schedule();
      await expect(processor.process(id)).resolves.toBeNull();
      expect(job.run).toHaveBeenCalledTimes(1);
      const [ctx, payloadId] = job.run.mock.calls[0]!;
      expect(payloadId).toBe('ntf_1');
      expect(ctx.principal).toEqual({ type: 'system', id: 'system', name: 'job:test.greet' });
      await expect(all()).resolves.toEqual([]);
    });

    it('lets a handler write in a unit of work of its own', async () => {
      job.run.mockImplementationOnce(ctx =>
        fresh.unitOfWork.bookkeeping(ctx, () => outbox.schedule(ctx, job.name, 'ntf_2')),
      );
      await processor.process(await schedule());
      await expect(all()).resolves.toMatchObject([{ payload_id: 'ntf_2' }]);
    });

    it('runs a job once, however many processes try', async () => {
      const id = await schedule();
      await Promise.all(Array.from({ length: 6 }, () => processor.process(id)));
      expect(job.run).toHaveBeenCalledTimes(1);
    });

    it('says how long a job that is not due has to wait', async () => {
      const id = await schedule({ delayMs: 60_000 });
      const wait = await processor.process(id);
      expect(wait).toBeGreaterThan(50_000);
      expect(wait).toBeLessThanOrEqual(60_000);
      expect(job.run).not.toHaveBeenCalled();
    });

    it('leaves a job alone while its runner lives, and takes it over when that has died', async () => {
      const id = await schedule();
      await rewrite(id, { status: 'running', attempts: 1, lease_until: new Date(Date.now() + 60_000) });
      await expect(processor.process(id)).resolves.toBeNull();
      expect(job.run).not.toHaveBeenCalled();

      await rewrite(id, { lease_until: new Date(Date.now() - 1) });
      await processor.process(id);
      expect(job.run).toHaveBeenCalledTimes(1);
      await expect(all()).resolves.toEqual([]);
    });

    it('changes nothing for a run whose job was taken over meanwhile', async () => {
      const id = await schedule();
      job.run.mockImplementationOnce(() => rewrite(id, { attempts: 2 }));
      await processor.process(id);
      await expect(all()).resolves.toMatchObject([{ id, status: 'running', attempts: 2 }]);
    });

    it('waits longer after each failure and then gives up', async () => {
      const id = await schedule();
      job.run.mockRejectedValue(new JobFailure('the server is away'));
      for (const attempt of [1, 2]) {
        await expect(processor.process(id)).resolves.toBe(attempt * 60_000);
        const [row] = await all();
        expect(row).toMatchObject({ status: 'pending', attempts: attempt, last_error: 'the server is away' });
        expect(Math.abs(row!.run_at.getTime() - Date.now() - attempt * 60_000)).toBeLessThan(5_000);
        await rewrite(id, { run_at: new Date() });
      }
      expect(job.gaveUp).not.toHaveBeenCalled();

      await expect(processor.process(id)).resolves.toBeNull();
      expect(job.gaveUp).toHaveBeenCalledTimes(1);
      await expect(all()).resolves.toMatchObject([{ status: 'failed', attempts: 3, lease_until: null }]);
      await expect(processor.process(id)).resolves.toBeNull();
      expect(job.run).toHaveBeenCalledTimes(3);
    });

    it('gives up at once when another run is pointless', async () => {
      const id = await schedule();
      job.run.mockRejectedValue(new JobFailure('no such address', { permanent: true }));
      await processor.process(id);
      expect(job.gaveUp).toHaveBeenCalledTimes(1);
      await expect(all()).resolves.toMatchObject([
        { status: 'failed', attempts: 1, last_error: 'no such address' },
      ]);
    });

    it('records no words of an error that was not made for it', async () => {
      job.run.mockRejectedValue(Object.assign(new TypeError('token=abc'), { code: 'EX' }));
      await processor.process(await schedule());
      await expect(all()).resolves.toMatchObject([{ last_error: 'TypeError (EX)' }]);
    });

    it('gives up a job that kills every process, without running it again', async () => {
      const id = await schedule();
      await rewrite(id, { status: 'running', attempts: 3, lease_until: new Date(Date.now() - 1) });
      await processor.process(id);
      expect(job.run).not.toHaveBeenCalled();
      expect(job.gaveUp).toHaveBeenCalledTimes(1);
      await expect(all()).resolves.toMatchObject([{ status: 'failed' }]);
    });

    it('gives up again when giving up failed', async () => {
      const id = await schedule();
      job.run.mockRejectedValue(new JobFailure('no such address', { permanent: true }));
      job.gaveUp.mockRejectedValueOnce(new Error('the database is away'));
      await expect(processor.process(id)).rejects.toThrow('the database is away');
      await rewrite(id, { lease_until: new Date(Date.now() - 1) });
      await processor.process(id);
      expect(job.gaveUp).toHaveBeenCalledTimes(2);
      await expect(all()).resolves.toMatchObject([{ status: 'failed' }]);
    });

    it('leaves a job it does not know to a newer version', async () => {
      const id = await schedule();
      await rewrite(id, { job: 'test.from-tomorrow' });
      await expect(processor.process(id)).resolves.toBeNull();
      await expect(all()).resolves.toMatchObject([{ status: 'pending', attempts: 0 }]);
    });
  });

  describe('the sweep', () => {
    const dispatcher = (environment: Record<string, string> = {}) => {
      const config = Config.from(environment);
      return new OutboxDispatcher(config, registry, runner, new RecurringJobs(config), processor, rows);
    };

    it('offers what is due, the longest due first, and nothing else', async () => {
      const ago = (ms: number) => new Date(Date.now() - ms);
      const row = async (values: Partial<OutboxJob>) => {
        const id = await schedule();
        await rewrite(id, values);
        return id;
      };
      const due = await row({ run_at: ago(1_000) });
      const died = await row({ status: 'running', run_at: ago(2_000), lease_until: ago(1) });
      const overdue = await row({ run_at: ago(3_000) });
      await row({ run_at: ago(-60_000) });
      await row({ status: 'running', run_at: ago(4_000), lease_until: ago(-60_000) });
      await row({ status: 'failed', run_at: ago(4_000) });
      await row({ job: 'test.from-tomorrow', run_at: ago(4_000) });
      runner.queued.length = 0;

      await dispatcher().sweep();
      expect(runner.queued.map(([id]) => id)).toEqual([overdue, died, due]);
    });

    it('ends where the queue cannot be reached', async () => {
      await schedule();
      await schedule();
      const enqueue = jest.spyOn(runner, 'enqueue').mockResolvedValue(false);
      await dispatcher().sweep();
      expect(enqueue).toHaveBeenCalledTimes(1);
    });

    it('stops the start-up when a job has no handler', () => {
      registry.require('test.greet');
      registry.require('test.unknown');
      expect(() => dispatcher({ RUN_JOBS: 'false' }).onApplicationBootstrap()).toThrow(
        'no handler is registered for job test.unknown',
      );
    });

    it('starts nothing where jobs are not run', () => {
      const start = jest.spyOn(runner, 'start');
      dispatcher({ RUN_JOBS: 'false' }).onApplicationBootstrap();
      expect(start).not.toHaveBeenCalled();
    });
  });

  it('knows how long the oldest pending job has been due', async () => {
    await expect(outbox.oldestPendingSeconds()).resolves.toBe(0);
    await schedule({ delayMs: 60_000 });
    await expect(outbox.oldestPendingSeconds()).resolves.toBe(0);
    await rewrite(await schedule(), { run_at: new Date(Date.now() - 90_000) });
    expect(Math.round(await outbox.oldestPendingSeconds())).toBeGreaterThanOrEqual(90);
  });
});
