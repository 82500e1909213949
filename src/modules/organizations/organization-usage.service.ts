import { Injectable } from '@nestjs/common';
import { UsageLimits, type Limits, type Quota } from '../quota/usage-limits.service.js';
import type { Subscription } from './organization.dto.js';

/** How much of its quota an organization has used. */
@Injectable()
export class OrganizationUsage {
  constructor(private readonly limits: UsageLimits) {}

  /** The requests of all processes. */
  async current(organizationId: string, limits: Limits): Promise<Subscription['current']> {
    return toCurrent(await this.limits.current(organizationId, limits));
  }

  /** The same as this process knows it, without asking anybody. */
  known(organizationId: string): Subscription['current'] {
    return toCurrent(this.limits.standing(organizationId, Date.now()));
  }
}

function toCurrent({ minute, day }: Readonly<Quota>): Subscription['current'] {
  return {
    minute: minute.others + minute.used,
    day: day.others + day.used,
    resets_at: new Date(day.endsAt).toISOString(),
  };
}
