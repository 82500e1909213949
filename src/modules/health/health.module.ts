import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';

/**
 * Answers load balancers and supervisors. Ready means that the database answers; what is down is named.
 */
@Module({ controllers: [HealthController], providers: [HealthService] })
export class HealthModule {}
