import type { RequestContext } from '../../kernel/context/request-context.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersOrganizationFigures, AnswersProjectFigures } from '../../kernel/facets/figures.js';
import { CustomerRepository } from './customer.repository.js';

/** How many customers projects and organizations have. */
@Facet()
export class CustomerFacet implements AnswersProjectFigures, AnswersOrganizationFigures {
  constructor(private readonly customers: CustomerRepository) {}

  async projectFigures(ctx: RequestContext, projectIds: string[]) {
    const counts = await this.customers.countByProject(ctx, projectIds);
    return new Map([...counts].map(([id, customer_count]) => [id, { customer_count }]));
  }

  async organizationFigures(ctx: RequestContext, organizationIds: string[]) {
    const counts = await this.customers.countByOrganization(ctx, organizationIds);
    return new Map([...counts].map(([id, customer_count]) => [id, { customer_count }]));
  }
}
