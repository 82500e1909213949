import { AppError } from '../errors/app-error.js';

/**
 * Lends one thing to one holder at a time, first come first served. A wait longer than the
 * deadline fails, so that a unit of work that waits for itself ends instead of hanging.
 */
export class WriterQueue {
  private held = false;
  private readonly waiting: { grant: () => void }[] = [];

  constructor(private readonly deadlineMs = 5_000) {}

  /**
   * Resolves with the function that gives the turn back.
   * @throws AppError `database_busy` after the deadline.
   */
  async acquire(): Promise<() => void> {
    if (this.held) await this.wait();
    this.held = true;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = this.waiting.shift();
      if (next) next.grant();
      else this.held = false;
    };
  }

  get load(): { inUse: number; waiting: number } {
    return { inUse: Number(this.held), waiting: this.waiting.length };
  }

  private wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(new AppError('database_busy', { retryAfter: 1 }));
      }, this.deadlineMs);
      const entry = {
        grant: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.waiting.push(entry);
    });
  }
}
