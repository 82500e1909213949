import { Injectable } from '@nestjs/common';
import type { AttemptLimit } from '../../kernel/attempts/attempt-limit.js';
import { AttemptLimits } from '../../kernel/attempts/attempt-limits.js';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { limitKey } from '../../kernel/network/addresses.js';

const HOUR_SECONDS = 60 * 60;
const SIGNED_IN_FACTOR = 5;

/**
 * How many mails an hour somebody may cause, and how many one recipient may get of them: `MAIL_LIMIT_PER_HOUR`.
 * Strangers count by their address; who is signed in counts as a person, a key as its project. Ask before the first
 * write: the answer may come from Redis.
 */
@Injectable()
export class MailLimits {
  private readonly strangers: AttemptLimit | null;
  private readonly senders: AttemptLimit | null;
  private readonly recipients: AttemptLimit | null;

  constructor(limits: AttemptLimits, { mailLimitPerHour }: Config) {
    const make = (name: string, points: number) =>
      points > 0 ? limits.make(name, points, HOUR_SECONDS) : null;
    this.strangers = make('mail-stranger', mailLimitPerHour);
    this.senders = make('mail-sender', mailLimitPerHour * SIGNED_IN_FACTOR);
    this.recipients = make('mail-recipient', mailLimitPerHour);
  }

  /** Counts a mail. @throws AppError `too_many_mails` */
  async admit(ctx: RequestContext, recipient: string): Promise<void> {
    await this.admitSender(ctx);
    refuseIf((await this.recipients?.count(mailbox(recipient))) ?? null);
  }

  /** Counts a mail by its sender alone. @throws AppError `too_many_mails` */
  async admitSender({ principal, ip }: RequestContext): Promise<void> {
    if (!principal) return refuseIf((await this.strangers?.count(limitKey(ip ?? ''))) ?? null);
    const sender = principal.type === 'api_key' ? principal.projectId : principal.id;
    refuseIf((await this.senders?.count(sender)) ?? null);
  }

  /** Counts a mail by its recipient alone, where a refusal would tell who has an account. */
  async admitsRecipient(recipient: string): Promise<boolean> {
    return ((await this.recipients?.count(mailbox(recipient))) ?? null) === null;
  }
}

function refuseIf(retryAfter: number | null): void {
  if (retryAfter !== null) throw new AppError('too_many_mails', { retryAfter });
}

/** The mailbox behind an address: `name+anything@` commonly is `name@`. */
function mailbox(address: string): string {
  return address.toLowerCase().replace(/\+[^@]*@/, '@');
}
