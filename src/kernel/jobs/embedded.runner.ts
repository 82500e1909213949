import { Logger } from '@nestjs/common';
import { within } from './deadline.js';
import { CONCURRENCY, type JobProcessor, JobRunner, STOP_DEADLINE_MS } from './job-runner.js';

/** A timer cannot wait longer; a job it wakes too early asks to run again later. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Runs jobs in this process; its queue is memory, and ends with it. */
export class EmbeddedRunner extends JobRunner {
  private readonly logger = new Logger('Jobs');
  private readonly delayed = new Map<string, NodeJS.Timeout>();
  private readonly waiting = new Set<string>();
  private readonly running = new Map<string, Promise<void>>();
  private process: JobProcessor | null = null;

  override async enqueue(jobId: string, delayMs: number): Promise<boolean> {
    if (!this.process) return false;
    if (this.waiting.has(jobId) || this.running.has(jobId)) return true;
    clearTimeout(this.delayed.get(jobId));
    this.delayed.delete(jobId);
    if (delayMs > 0) this.delay(jobId, delayMs);
    else this.wait(jobId);
    return true;
  }

  override start(process: JobProcessor, refill: () => void): void {
    this.process = process;
    refill();
  }

  override async stop(): Promise<void> {
    this.process = null;
    for (const timer of this.delayed.values()) clearTimeout(timer);
    this.delayed.clear();
    this.waiting.clear();
    await within(STOP_DEADLINE_MS, Promise.all(this.running.values())).catch(() =>
      this.logger.warn(`stopped with ${this.running.size} jobs unfinished; they will run again`),
    );
  }

  override async depth(): Promise<number> {
    return this.delayed.size + this.waiting.size + this.running.size;
  }

  private delay(jobId: string, delayMs: number): void {
    const wake = () => {
      this.delayed.delete(jobId);
      this.wait(jobId);
    };
    this.delayed.set(jobId, setTimeout(wake, Math.min(delayMs, LONGEST_TIMER_MS)).unref());
  }

  private wait(jobId: string): void {
    this.waiting.add(jobId);
    this.fill();
  }

  /** Starts waiting jobs, first come first served, while there is room. */
  private fill(): void {
    for (const jobId of this.waiting) {
      if (this.running.size >= CONCURRENCY || !this.process) return;
      this.waiting.delete(jobId);
      this.running.set(jobId, this.run(this.process, jobId));
    }
  }

  private async run(process: JobProcessor, jobId: string): Promise<void> {
    const againInMs = await process(jobId);
    this.running.delete(jobId);
    if (againInMs !== null) await this.enqueue(jobId, againInMs);
    this.fill();
  }
}
