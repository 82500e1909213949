import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import {
  CreateCustomer,
  Customer,
  CustomerPage,
  ListProjectCustomers,
  UpdateCustomer,
} from './customer.dto.js';
import { CustomerService } from './customer.service.js';
import { CUSTOMERS_TAG } from './customers.tag.js';

const params = { customer_id: 'Your own id of the customer.' };

@Docs.tag(CUSTOMERS_TAG)
@Controller('projects/:id/customers')
export class CustomerController {
  constructor(private readonly customers: CustomerService) {}

  @Get()
  @Access('customers:read')
  @Docs({
    summary: "A project's customers",
    ok: CustomerPage,
    errors: ['invalid_cursor', 'invalid_limit'],
    filters: { q: ['customer.name', 'customer.email'] },
  })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListProjectCustomers }) query: ListProjectCustomers,
  ) {
    return this.customers.list(ctx, id, query);
  }

  @Post()
  @Access('customers:write')
  @Mutation(['customer.created'])
  @Docs({
    summary: 'Create a customer',
    description: 'A deposit creates its customer, too.',
    created: Customer,
    errors: ['customer_id_required', 'customer_exists'],
  })
  create(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: CreateCustomer }) body: CreateCustomer,
  ) {
    return this.customers.create(ctx, id, body);
  }

  @Get(':customer_id')
  @Access('customers:read')
  @Docs({ summary: 'One customer with its wallets', ok: Customer, errors: ['customer_not_found'], params })
  get(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('customer_id') customerId: string) {
    return this.customers.get(ctx, id, customerId);
  }

  @Patch(':customer_id')
  @Access('customers:write')
  @Mutation(['customer.updated'])
  @Docs({
    summary: 'Change a customer',
    description: '`metadata` is replaced as a whole.',
    ok: Customer,
    errors: ['customer_not_found'],
    params,
  })
  update(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('customer_id') customerId: string,
    @Body({ schema: UpdateCustomer }) body: UpdateCustomer,
  ) {
    return this.customers.update(ctx, id, customerId, body);
  }
}
