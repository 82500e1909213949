import { BullModule, InjectQueue } from '@nestjs/bull';
import { type DynamicModule, Injectable, Logger } from '@nestjs/common';
import type { Job, Queue } from 'bull';
import { within } from './deadline.js';
import { CONCURRENCY, type JobProcessor, JobRunner, STOP_DEADLINE_MS } from './job-runner.js';

const QUEUE = 'outbox';
const REDIS_DEADLINE_MS = 2_000;
const LONGEST_RECONNECT_MS = 2_000;
const LOG_EVERY_MS = 30_000;

/** The queue of {@link BullRunner}. */
export function bullQueue(redisUrl: string, prefix: string): DynamicModule {
  return BullModule.registerQueue({
    name: QUEUE,
    url: redisUrl,
    prefix,
    redis: {
      // A worker that is cut off waits for Redis instead of failing for good after some retries.
      maxRetriesPerRequest: null,
      retryStrategy: times => Math.min(times * 100, LONGEST_RECONNECT_MS),
      ...(redisUrl.startsWith('rediss:') ? { tls: {} } : {}),
    },
    // A finished job that stayed would keep its id, and so the same row, from being queued again.
    defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  });
}

/**
 * Runs jobs through Bull on Redis, shared by all instances. Redis holds ids only and may be away or
 * emptied at any time: what it misses, the outbox offers again.
 */
@Injectable()
export class BullRunner extends JobRunner {
  private readonly logger = new Logger('Jobs');
  private loggedAt = -Infinity;
  private stopped: Promise<void> | null = null;

  constructor(@InjectQueue(QUEUE) private readonly queue: Queue) {
    super();
    queue.on('error', error => this.report(error));
    // BullModule's own would wait for ever while Redis is away.
    Object.assign(queue, { onApplicationShutdown: () => this.stop() });
  }

  override async enqueue(jobId: string, delayMs: number): Promise<boolean> {
    // Commands given while Redis is away would pile up in memory until it returns.
    if (this.stopped || this.queue.client.status !== 'ready') return false;
    try {
      await within(REDIS_DEADLINE_MS, this.queue.add({}, { jobId, delay: delayMs }));
      return true;
    } catch (error) {
      this.report(error);
      return false;
    }
  }

  override start(process: JobProcessor, refill: () => void): void {
    this.queue.client.on('ready', refill);
    if (this.queue.client.status === 'ready') refill();
    // A job keeps its id while it runs, so it can be queued again only after it has ended.
    this.queue.on('completed', (job: Job, againInMs: number | null) => {
      if (againInMs !== null) void this.enqueue(String(job.id), againInMs);
    });
    this.queue
      .process(CONCURRENCY, (job: Job) => process(String(job.id)))
      .catch((error: unknown) => this.report(error));
  }

  override stop(): Promise<void> {
    this.stopped ??= within(STOP_DEADLINE_MS, this.queue.close()).catch(() =>
      this.logger.warn('stopped with jobs unfinished; they will run again'),
    );
    return this.stopped;
  }

  override async depth(): Promise<number | null> {
    if (this.queue.client.status !== 'ready') return null;
    try {
      const { waiting, active, delayed } = await within(REDIS_DEADLINE_MS, this.queue.getJobCounts());
      return waiting + active + delayed;
    } catch (error) {
      this.report(error);
      return null;
    }
  }

  /** Logs that Redis makes trouble, once in a while however many attempts fail meanwhile. */
  private report(error: unknown): void {
    if (this.stopped || Date.now() - this.loggedAt < LOG_EVERY_MS) return;
    this.loggedAt = Date.now();
    const { code, message } = error as NodeJS.ErrnoException;
    this.logger.warn(`Redis: ${message || code}. Jobs are kept in the database meanwhile.`);
  }
}
