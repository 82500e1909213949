import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { EventPage, ListProjectEvents } from '../audit/event.dto.js';
import { EventService } from '../audit/event.service.js';
import type { ListRequestLogs, RequestLogPage } from '../usage/request-log.dto.js';
import { RequestLogService } from '../usage/request-log.service.js';
import type { Usage, UsageQuery } from '../usage/usage.dto.js';
import { UsageService } from '../usage/usage.service.js';
import { OrganizationService } from './organization.service.js';

/** The requests and events of all projects of an organization, for its owner, its admins and platform admins. */
@Injectable()
export class OrganizationRequests {
  constructor(
    private readonly organizations: OrganizationService,
    private readonly logs: RequestLogService,
    private readonly usage: UsageService,
    private readonly log: EventService,
  ) {}

  /** @throws AppError `not_found`, `permission_denied` */
  async list(ctx: RequestContext, id: string, query: ListRequestLogs): Promise<RequestLogPage> {
    await this.organizations.administered(ctx, id);
    return this.logs.listOfOrganization(ctx, id, query);
  }

  /** @throws AppError `not_found`, `permission_denied`, `validation_failed` */
  async count(ctx: RequestContext, id: string, query: UsageQuery): Promise<Usage> {
    await this.organizations.administered(ctx, id);
    return this.usage.show(ctx, { organization_id: id }, query);
  }

  /** @throws AppError `not_found`, `permission_denied` */
  async events(ctx: RequestContext, id: string, query: ListProjectEvents): Promise<EventPage> {
    await this.organizations.administered(ctx, id);
    return this.log.listOfOrganization(ctx, id, query);
  }
}
