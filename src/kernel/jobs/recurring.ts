import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Config } from '../config/config.js';
import { within } from './deadline.js';
import { STOP_DEADLINE_MS } from './job-runner.js';

/**
 * Work that comes round. Every process that runs jobs does it, so it must bear being done by two
 * instances at once.
 */
@Injectable()
export class RecurringJobs implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Jobs');
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly running = new Map<string, Promise<void>>();

  constructor(private readonly config: Config) {}

  /**
   * Calls `work` every `ms`, the first time after `ms`, never before the call before has ended. What
   * it throws is logged. Does nothing in a process that runs no jobs.
   */
  every(name: string, ms: number, work: () => Promise<void>): void {
    if (!this.config.runJobs) return;
    const tick = () => {
      if (!this.running.has(name)) this.running.set(name, this.run(name, work));
    };
    this.timers.push(setInterval(tick, ms).unref());
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    await within(STOP_DEADLINE_MS, Promise.all(this.running.values())).catch(() =>
      this.logger.warn(`stopped while ${[...this.running.keys()].join(', ')} was running`),
    );
  }

  private async run(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.logger.error(`${name} failed`, error instanceof Error ? error.stack : error);
    } finally {
      this.running.delete(name);
    }
  }
}
