import { Global, Module } from '@nestjs/common';
import { AttemptLimits } from './attempt-limits.js';

/** Limits of attempts, for every module. */
@Global()
@Module({ providers: [AttemptLimits], exports: [AttemptLimits] })
export class AttemptsModule {}
