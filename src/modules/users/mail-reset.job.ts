import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { type JobHandler, JobRegistry } from '../../kernel/jobs/job.js';
import { MAIL_RESET, PasswordChanges } from './password-changes.service.js';

/**
 * Mails the link that somebody asked for. Its payload is the id of the account; requests for unknown
 * addresses schedule it too, with an id nobody has, so that they cannot be told apart.
 */
@Injectable()
export class MailResetJob implements JobHandler, OnModuleInit {
  readonly name = MAIL_RESET;
  readonly maxAttempts = 5;

  constructor(
    private readonly registry: JobRegistry,
    private readonly passwords: PasswordChanges,
    private readonly units: UnitOfWork,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  backoff(attempt: number): number {
    return 2 ** attempt * 1_000;
  }

  /** The request stands in the event log already; this only carries it out. */
  async run(ctx: RequestContext, userId: string): Promise<void> {
    await this.units.bookkeeping(ctx, () => this.passwords.mailRequested(ctx, userId));
  }
}
