import { Injectable } from '@nestjs/common';
import { QuotaService } from '../quota/quota.service.js';
import type { Limits, Quota } from '../quota/quota-window.js';
import type { Subscription } from './organization.dto.js';

/** How much of its quota an organization has used. */
@Injectable()
export class OrganizationUsage {
  constructor(private readonly quota: QuotaService) {}

  /** The requests of all processes. */
  async current(organizationId: string, limits: Limits): Promise<Subscription['current']> {
    return toCurrent(await this.quota.current(organizationId, limits));
  }

  /** The same as this process knows it, without asking anybody. */
  known(organizationId: string): Subscription['current'] {
    return toCurrent(this.quota.standing(organizationId, Date.now()));
  }
}

function toCurrent({ minute, day }: Readonly<Quota>): Subscription['current'] {
  return {
    minute: minute.spent,
    day: day.spent,
    resets_at: new Date(day.endsAt).toISOString(),
  };
}
