import { Injectable } from '@nestjs/common';
import type { Buffer } from '../../kernel/buffers/buffer.js';
import { Buffers } from '../../kernel/buffers/buffers.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import type { AppError } from '../../kernel/errors/app-error.js';
import type { AuditTarget } from '../../kernel/event-log/targets.js';
import { limitKey } from '../../kernel/network/addresses.js';
import { userTarget } from '../users/user.service.js';

const MINUTE_MS = 60_000;
/** How many accounts and addresses have entries of their own within a minute. */
const TOLD_APART = 100;
const MANY = 'many';

/** The failures on one account, from one address on accounts that do not exist, or on all others, during one minute. */
interface Tally {
  readonly ctx: RequestContext;
  readonly target: AuditTarget;
  readonly codes: Map<string, number>;
}

/**
 * Logs failed sign-ins: the first of a minute at once, the others of that minute counted in one further entry. Where
 * more accounts and addresses are tried within a minute than can be told apart, all others share one, so that a flood
 * cannot fill the log, however many it comes from or goes to.
 */
@Injectable()
export class FailedSignIns {
  private readonly tallies: Buffer<Tally>;

  constructor(
    private readonly units: UnitOfWork,
    buffers: Buffers,
  ) {
    this.tallies = buffers.make<Tally>({
      name: 'failed_sign_ins',
      gatherMs: MINUTE_MS,
      batch: 1,
      most: 10_000,
      write: ([tally]) => this.write(tally!),
    });
  }

  /** Notes a failure in the open unit of work, or for later; answers the error to throw. `userId`: null if unknown. */
  note(ctx: RequestContext, email: string, userId: string | null, error: AppError): AppError {
    const own = userId ?? `unknown ${limitKey(ctx.ip ?? '')}`;
    const apart = this.tallies.get(own) !== undefined || this.tallies.waiting < TOLD_APART;
    const key = apart ? own : MANY;
    const target = userTarget(
      apart ? { id: userId ?? 'unknown', email } : { id: 'unknown', email: '(many)' },
    );
    const first = !this.tallies.get(key);
    this.tallies.note(
      key,
      () => ({ ctx, target, codes: new Map() }),
      ({ codes }) => first || codes.set(error.code, (codes.get(error.code) ?? 0) + 1),
    );
    if (!first) return error;
    describe(ctx, target, error.code, null);
    return error.keepRecords();
  }

  private async write({ ctx, target, codes }: Tally): Promise<void> {
    if (codes.size === 0) return;
    const total = [...codes.values()].reduce((sum, count) => sum + count, 0);
    const reason = `${total} further failed sign-ins within a minute`;
    await this.units.run(ctx, { events: ['user.sign_in_failed'] }, async () =>
      describe(ctx, target, reason, { failures: Object.fromEntries(codes) }),
    );
  }
}

function describe(
  ctx: RequestContext,
  target: AuditTarget,
  reason: string,
  after: Record<string, unknown> | null,
): void {
  ctx.audit.as('user.sign_in_failed').ended('failed').because(reason).change(target, null, after);
  if (target.id !== 'unknown') ctx.audit.about(target.id);
}
