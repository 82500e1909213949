/** How many jobs one process runs at a time. */
export const CONCURRENCY = 4;

/** How long a shutdown waits for running jobs; those that take longer run again elsewhere. */
export const STOP_DEADLINE_MS = 20_000;

/**
 * Runs the job with that id. Answers the milliseconds after which it wants to run again, or null
 * when it is done with. Never rejects.
 */
export type JobProcessor = (jobId: string) => Promise<number | null>;

/**
 * Says when a job runs, nothing else: it knows ids, the outbox knows the jobs. What a runner loses,
 * the outbox offers again.
 */
export abstract class JobRunner {
  /**
   * Queues a job to run after `delayMs`; one that is queued already is not queued twice. Never
   * rejects: false means the job could not be queued now.
   */
  abstract enqueue(jobId: string, delayMs: number): Promise<boolean>;

  /** Begins to run jobs. `refill` is called whenever the queue may have lost some: now, and after an outage. */
  abstract start(process: JobProcessor, refill: () => void): void;

  /** Takes no more jobs and waits for the running ones, for at most {@link STOP_DEADLINE_MS}. */
  abstract stop(): Promise<void>;

  /** How many jobs are queued or running; null when the queue cannot be asked. */
  abstract depth(): Promise<number | null>;
}
