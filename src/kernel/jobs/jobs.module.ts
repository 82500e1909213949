import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { EmbeddedRunner } from './embedded.runner.js';
import { JobRegistry } from './job.js';
import { JobRunner } from './job-runner.js';
import { RecurringJobs } from './recurring.js';

/** The job port: Bull where there is Redis, otherwise a queue in this process. */
@Global()
@Module({
  providers: [JobRegistry, RecurringJobs],
  exports: [JobRegistry, RecurringJobs, JobRunner],
})
export class JobsModule {
  static async forRoot({ redisUrl, redisPrefix }: Config): Promise<DynamicModule> {
    const module = JobsModule;
    if (!redisUrl) return { module, providers: [{ provide: JobRunner, useClass: EmbeddedRunner }] };
    // Bull is large; a server that has no use for it starts without.
    const { bullQueue, BullRunner } = await import('./bull.runner.js');
    return {
      module,
      imports: [bullQueue(redisUrl, redisPrefix)],
      providers: [{ provide: JobRunner, useClass: BullRunner }],
    };
  }
}
