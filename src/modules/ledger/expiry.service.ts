import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import { CustomerService, customerTarget } from '../customers/customer.service.js';
import { availableIn, hasEnded } from './account.js';
import { AccountRepository } from './account.repository.js';
import { Books } from './books.service.js';
import { expire } from './movements.js';

const EVERY_MS = 1_000;
const BATCH = 100;

/** Takes what is left of accounts that have come to their end. Nothing counts it from then on, whether taken or not. */
@Injectable()
export class ExpiryService implements OnApplicationBootstrap {
  private readonly logger = new Logger('Ledger');

  constructor(
    private readonly customers: CustomerService,
    private readonly accounts: AccountRepository,
    private readonly books: Books,
    private readonly units: UnitOfWork,
    private readonly recurring: RecurringJobs,
  ) {}

  onApplicationBootstrap(): void {
    this.recurring.every('ledger.expire', EVERY_MS, () => this.expireAll(new Date()));
  }

  /** Takes what is left of every account that has ended at `now`. */
  async expireAll(now: Date): Promise<void> {
    const ctx = RequestContext.system('job:ledger.expire', newId('req'));
    for (;;) {
      const ended = await this.accounts.ended(ctx, now, BATCH);
      let taken = 0;
      for (const { id, project_id } of ended) {
        try {
          await this.units.run(ctx, { events: ['billing.expired'] }, () =>
            this.expire(ctx, project_id, id, now),
          );
          taken++;
        } catch (error) {
          // One account that cannot be ended must not keep the others.
          this.logger.error({ err: error, account: id }, 'an account could not be ended');
        }
      }
      if (ended.length < BATCH || taken === 0) return;
    }
  }

  private async expire(ctx: RequestContext, projectId: string, id: string, now: Date): Promise<void> {
    const [known] = [...(await this.accounts.byIds(ctx, [id])).values()];
    // Another instance was here first.
    if (!known || known.swept || !hasEnded(known, now)) return void ctx.audit.nothing();
    const account = (await this.accounts.lock(ctx, id))!;
    const amount = availableIn(account);
    const customer = await this.customers.byRow(ctx, projectId, account.customer_row_id);
    if (amount > 0)
      await this.books.post(ctx, { customer }, [{ ...expire({ account, amount }), at: account.expires_at! }]);
    await this.books.close(ctx, account);
    const { wallet, source } = account;
    const expires_at = account.expires_at!.toISOString();
    ctx.audit
      .inProject(projectId)
      .change(customerTarget(customer), null, { account_id: id, wallet, source, amount, expires_at });
  }
}
