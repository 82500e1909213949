import './customer.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CustomerController } from './customer.controller.js';
import { CustomerEntity } from './customer.entity.js';
import { CustomerExport } from './customer.export.js';
import { CustomerFacet } from './customer.facet.js';
import { CustomerRepository } from './customer.repository.js';
import { CustomerService } from './customer.service.js';
import { OwnCustomerController } from './own-customer.controller.js';

/**
 * Whom projects bill. A customer is called by the project's own id, which means the same customer for ever, and in
 * another project another one.
 */
@Module({
  imports: [TypeOrmModule.forFeature([CustomerEntity])],
  controllers: [CustomerController, OwnCustomerController],
  providers: [CustomerRepository, CustomerService, CustomerExport, CustomerFacet],
  exports: [CustomerService],
})
export class CustomersModule {}
