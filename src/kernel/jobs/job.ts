import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';

/**
 * Does one kind of job. A job runs at least once: the process may die after the work and before it
 * is noted, so handlers are written to be re-run.
 */
export interface JobHandler {
  /** `<module>.<verb>`, e.g. `mail.deliver`; kept in rows, so it stays the same for ever. */
  readonly name: string;
  /** How many runs a job gets before it is given up. */
  readonly maxAttempts: number;
  /** How many such jobs a process runs at a time, for those that take long: the others are to get through beside them. */
  readonly atOnce?: number;
  /** Milliseconds to wait after failure number `attempt`, counted from 1. */
  backoff(attempt: number): number;
  /**
   * Does the work. `payloadId` is the id of the row that holds the truth: jobs carry no data.
   * @throws JobFailure to say what may be recorded, or that another run is pointless; any other
   *   error is recorded by its name and code alone.
   */
  run(ctx: RequestContext, payloadId: string): Promise<void>;
  /** Called once the job is given up, again if it throws. */
  gaveUp?(ctx: RequestContext, payloadId: string, error: unknown): Promise<void>;
}

/** Who does which job. Modules register their handlers in `onModuleInit`. */
@Injectable()
export class JobRegistry {
  private readonly handlers = new Map<string, JobHandler>();
  private readonly required = new Set<string>();

  /** @throws Error when the name is taken. */
  register(handler: JobHandler): void {
    if (this.handlers.has(handler.name)) throw new Error(`job ${handler.name} has two handlers`);
    this.handlers.set(handler.name, handler);
  }

  get(name: string): JobHandler | undefined {
    return this.handlers.get(name);
  }

  names(): string[] {
    return [...this.handlers.keys()];
  }

  /** Declares, in `onModuleInit`, that a module schedules `name` though another one handles it. */
  require(name: string): void {
    this.required.add(name);
  }

  /** @throws Error naming every job that is scheduled by somebody and handled by nobody. */
  verify(): void {
    const orphans = [...this.required].filter(name => !this.handlers.has(name));
    if (orphans.length > 0) throw new Error(`no handler is registered for job ${orphans.join(', ')}`);
  }
}
