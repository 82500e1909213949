import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { QuotaEntity } from './quota.entity.js';
import { QuotaRepository } from './quota.repository.js';
import { QuotaService } from './quota.service.js';

/**
 * The requests per minute and per day that an organization's keys share, and those that a key may take of them. What all
 * processes on one Redis admit together never exceeds a limit, and a refused request costs nothing.
 */
@Module({
  imports: [TypeOrmModule.forFeature([QuotaEntity])],
  providers: [QuotaRepository, QuotaService],
  exports: [QuotaService],
})
export class QuotaModule {}
