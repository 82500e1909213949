import { Controller, Get, Param, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { Customer, CustomerPage, ListCustomers } from './customer.dto.js';
import { CustomerService } from './customer.service.js';
import { BILLING_TAG } from './customers.tag.js';
import { ownProject } from './own-project.js';

/** Customers of an API key's own project. */
@Docs.tag(BILLING_TAG)
@Controller('customers')
export class OwnCustomerController {
  constructor(private readonly customers: CustomerService) {}

  @Get()
  @Access('customers:read')
  @Docs({
    summary: 'List customers',
    ok: CustomerPage,
    errors: ['invalid_cursor', 'invalid_limit', 'api_key_required'],
    filters: { q: ['customer.name', 'customer.email'] },
  })
  list(@Ctx() ctx: RequestContext, @Query({ schema: ListCustomers }) query: ListCustomers) {
    return this.customers.list(ctx, ownProject(ctx), query);
  }

  @Get(':id')
  @Access('customers:read')
  @Docs({
    summary: 'Get a customer with its wallets',
    ok: Customer,
    errors: ['customer_not_found', 'api_key_required'],
    params: { id: 'Your own id of the customer.' },
  })
  get(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return this.customers.get(ctx, ownProject(ctx), id);
  }
}
