import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { InvitationService } from '../invitations/invitation.service.js';

/**
 * Who may register: `REGISTRATION` and `REGISTRATION_DOMAINS`. Whether an address has an account makes no difference, so
 * that a refusal tells nobody. Admins create accounts, and invitations are accepted by their token, whatever the rule.
 */
@Injectable()
export class RegistrationRule {
  constructor(
    private readonly invitations: InvitationService,
    private readonly config: Config,
  ) {}

  /** @throws AppError `registration_closed` */
  async admit(ctx: RequestContext, email: string): Promise<void> {
    const { registration, registrationDomains: domains } = this.config;
    const domain = email.slice(email.lastIndexOf('@') + 1);
    if (domains.length && !domains.includes(domain)) throw closed();
    if (registration === 'open') return;
    if (registration === 'closed' || !(await this.invitations.isInvited(ctx, email))) throw closed();
  }
}

function closed(): AppError {
  return new AppError('registration_closed', { param: 'email' });
}
