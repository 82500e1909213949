import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { BullRunner } from './bull.runner.js';
import { EmbeddedRunner } from './embedded.runner.js';
import { JobRegistry } from './job.js';
import { JobRunner } from './job-runner.js';
import { RecurringJobs } from './recurring.js';

/** The job port: Bull where there is Redis, otherwise a queue in this process. */
@Global()
@Module({
  providers: [
    JobRegistry,
    RecurringJobs,
    {
      provide: JobRunner,
      inject: [Config],
      useFactory: ({ redisUrl, redisPrefix }: Config) =>
        redisUrl ? new BullRunner(redisUrl, redisPrefix) : new EmbeddedRunner(),
    },
  ],
  exports: [JobRegistry, RecurringJobs, JobRunner],
})
export class JobsModule {}
