import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import { JobRunner } from '../../kernel/jobs/job-runner.js';
import { Workers } from '../../kernel/outbox/workers.js';

const DEADLINE_MS = 2_000;

/** How well the server is. */
export interface Health {
  status: 'ok' | 'degraded' | 'down';
  checks: Record<string, 'up' | 'down'>;
}

/**
 * Asks what the server depends on. Without its database it is down; without its queue, or without anybody who does the
 * jobs, requests still work.
 */
@Injectable()
export class HealthService {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobRunner,
    private readonly workers: Workers,
  ) {}

  async check(): Promise<Health> {
    const database = await answers(() => this.database.ping());
    const jobs = await answers(() => this.jobs.depth());
    const worker = await answers(async () => ((await this.workers.present()) ? true : null));
    const checks = { database, jobs, worker };
    if (database === 'down') return { status: 'down', checks };
    return { status: jobs === 'up' && worker === 'up' ? 'ok' : 'degraded', checks };
  }
}

async function answers(ask: () => Promise<unknown>): Promise<'up' | 'down'> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<'down'>(resolve => (timer = setTimeout(() => resolve('down'), DEADLINE_MS)));
  try {
    return await Promise.race([ask().then(answer => (answer === null ? 'down' : 'up')), deadline]);
  } catch {
    return 'down';
  } finally {
    clearTimeout(timer);
  }
}
