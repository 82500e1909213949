import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import { JobRunner } from '../../kernel/jobs/job-runner.js';
import { Workers } from '../../kernel/outbox/workers.js';
import { BlobStorage } from '../../kernel/storage/blob-storage.js';

const DEADLINE_MS = 2_000;
/** How long the storage's answer is good for: a store wants money for each, and anybody may ask how the server is. */
const STORAGE_ANSWER_MS = 5_000;

type State = 'up' | 'down';

/** How well the server is. */
export interface Health {
  status: 'ok' | 'degraded' | 'down';
  checks: Record<string, State>;
}

/**
 * Asks what the server depends on, within two seconds. Without its database it is down; without its queue, its storage, or
 * anybody who does the jobs, requests still work.
 */
@Injectable()
export class HealthService {
  private storageState: Promise<State> = Promise.resolve('down');
  private storageAskedAt = 0;
  private storageAsked = false;

  constructor(
    private readonly database: Database,
    private readonly jobs: JobRunner,
    private readonly workers: Workers,
    private readonly storage: BlobStorage,
  ) {}

  async check(): Promise<Health> {
    const [database, jobs, worker, storage] = await Promise.all([
      answers(() => this.database.ping()),
      answers(() => this.jobs.depth()),
      answers(async () => ((await this.workers.present()) ? true : null)),
      this.askStorage(),
    ]);
    const checks = { database, jobs, worker, storage };
    if (database === 'down') return { status: 'down', checks };
    return { status: Object.values(checks).includes('down') ? 'degraded' : 'ok', checks };
  }

  /** One question at a time: each that a disk does not answer keeps a thread. */
  private askStorage(): Promise<State> {
    if (!this.storageAsked && Date.now() - this.storageAskedAt >= STORAGE_ANSWER_MS) {
      this.storageAsked = true;
      this.storageAskedAt = Date.now();
      this.storageState = answers(() => this.storage.ping().finally(() => (this.storageAsked = false)));
    }
    return this.storageState;
  }
}

async function answers(ask: () => Promise<unknown>): Promise<State> {
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
