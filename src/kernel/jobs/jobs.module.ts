import { BullModule } from '@nestjs/bull';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { bullQueue, BullRunner } from './bull.runner.js';
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
  static forRoot({ redisUrl, redisPrefix }: Config): DynamicModule {
    const module = JobsModule;
    if (!redisUrl) return { module, providers: [{ provide: JobRunner, useClass: EmbeddedRunner }] };
    return {
      module,
      imports: [BullModule.registerQueue(bullQueue(redisUrl, redisPrefix))],
      providers: [{ provide: JobRunner, useClass: BullRunner }],
    };
  }
}
