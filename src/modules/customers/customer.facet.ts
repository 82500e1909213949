import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AnswersExports } from '../../kernel/facets/exports.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersOrganizationFigures, AnswersProjectFigures } from '../../kernel/facets/figures.js';
import { CustomerExport } from './customer.export.js';
import { CustomerRepository } from './customer.repository.js';

/** How many customers projects and organizations have, and customers as exports. */
@Facet()
export class CustomerFacet implements AnswersExports, AnswersProjectFigures, AnswersOrganizationFigures {
  readonly exports: AnswersExports['exports'];

  constructor(
    private readonly customers: CustomerRepository,
    rows: CustomerExport,
  ) {
    this.exports = { customers: rows };
  }

  async projectFigures(ctx: RequestContext, projectIds: string[]) {
    const counts = await this.customers.countByProject(ctx, projectIds);
    return new Map([...counts].map(([id, customer_count]) => [id, { customer_count }]));
  }

  async organizationFigures(ctx: RequestContext, organizationIds: string[]) {
    const counts = await this.customers.countByOrganization(ctx, organizationIds);
    return new Map([...counts].map(([id, customer_count]) => [id, { customer_count }]));
  }
}
