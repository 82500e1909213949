import './slot.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CustomersModule } from '../customers/customers.module.js';
import { CapacityService } from './capacity.service.js';
import { ClaimService } from './claim.service.js';
import { SlotController } from './slot.controller.js';
import { SlotEventEntity, SlotHoldingEntity, SlotPoolEntity } from './slot.entity.js';
import { SlotRepository } from './slot.repository.js';
import { SlotListService } from './slot-list.service.js';

/**
 * What customers may have at the same time: seats, projects, connections. No pool ever has more in use than its
 * capacity, and a resource holds its slots once.
 */
@Module({
  imports: [TypeOrmModule.forFeature([SlotPoolEntity, SlotHoldingEntity, SlotEventEntity]), CustomersModule],
  controllers: [SlotController],
  providers: [SlotRepository, CapacityService, ClaimService, SlotListService],
})
export class SlotsModule {}
