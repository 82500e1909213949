import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseQuotaStore } from './database-quota.store.js';
import { QuotaEntity } from './quota.entity.js';
import { QuotaRepository } from './quota.repository.js';
import { SharedQuota } from './shared-quota.service.js';
import { UsageLimits } from './usage-limits.service.js';

/**
 * The requests per minute and per day that an organization's keys share. What all processes grant together never
 * exceeds the limit, and a refused request costs nothing.
 */
@Module({
  imports: [TypeOrmModule.forFeature([QuotaEntity])],
  providers: [QuotaRepository, DatabaseQuotaStore, SharedQuota, UsageLimits],
  exports: [UsageLimits],
})
export class QuotaModule {}
