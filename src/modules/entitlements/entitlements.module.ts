import './entitlement.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CustomersModule } from '../customers/customers.module.js';
import { EntitlementController } from './entitlement.controller.js';
import { EntitlementEntity, EntitlementEventEntity } from './entitlement.entity.js';
import { EntitlementRepository } from './entitlement.repository.js';
import { EntitlementService } from './entitlement.service.js';
import { EntitlementListService } from './entitlement-list.service.js';

/**
 * What customers may do: a value for each feature, for a time. A customer has each feature once, and every change of it
 * stays on record.
 */
@Module({
  imports: [TypeOrmModule.forFeature([EntitlementEntity, EntitlementEventEntity]), CustomersModule],
  controllers: [EntitlementController],
  providers: [EntitlementRepository, EntitlementService, EntitlementListService],
})
export class EntitlementsModule {}
