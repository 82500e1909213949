import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Vault } from '../../kernel/crypto/vault.js';
import { newId } from '../../kernel/database/ids.js';
import { decodeCursor, paginate } from '../../kernel/http/pagination.js';
import { Outbox } from '../../kernel/outbox/outbox.js';
import { fold } from '../../kernel/text/search.js';
import { asHtml, asText, inline } from './letter.js';
import { type ListNotifications, type NotificationPage, toNotificationItem } from './notification.dto.js';
import { NotificationRepository } from './notification.repository.js';
import type { Template } from './template.js';

/** The job that delivers one notification. */
export const DELIVER_MAIL = 'mail.deliver';

/** The purpose under which the vault seals bodies. */
export const BODY_SEAL = 'notification.body';

/** What is sealed of a mail: whatever may hold a token. */
export interface MailBody {
  readonly text: string;
  readonly html: string;
}

/** A mail to be sent. */
export interface Message<Data> {
  readonly to: string;
  readonly toName?: string | null;
  /** The recipient's account, if there is one. */
  readonly userId?: string | null;
  readonly template: Template<Data>;
  readonly data: NoInfer<Data>;
}

/** A mail that nobody waits for: it tells an account's owner what others did, or what happened. */
export type Notice<Data> = Message<Data> & { readonly userId: string };

const HOUR_MS = 60 * 60 * 1000;

/** Sends mail, and shows what became of it. */
@Injectable()
export class NotificationService {
  constructor(
    private readonly notifications: NotificationRepository,
    private readonly outbox: Outbox,
    private readonly vault: Vault,
    private readonly config: Config,
  ) {}

  /**
   * Sends a notice, unless its recipient had `MAIL_LIMIT_PER_HOUR` mails within the last hour: others cause notices, and
   * could fill a mailbox with them. What it would have told stands in the event log.
   * @throws Error outside a unit of work.
   */
  async notify<Data>(ctx: RequestContext, notice: Notice<Data>): Promise<void> {
    const { mailLimitPerHour: most } = this.config;
    const since = new Date(Date.now() - HOUR_MS);
    if (most > 0 && (await this.notifications.hasHad(ctx, notice.userId, since, most))) return;
    await this.send(ctx, notice);
  }

  /**
   * Writes the mail in the open unit of work; it is delivered once that has committed. Answers the
   * notification's id.
   * @throws Error outside a unit of work.
   */
  async send<Data>(ctx: RequestContext, message: Message<Data>): Promise<string> {
    const letter = message.template.write(message.data);
    const body: MailBody = { text: asText(letter), html: asHtml(letter) };
    const id = newId('ntf');
    const toName = message.toName ? inline(message.toName) : null;
    await this.notifications.insert(ctx, {
      id,
      user_id: message.userId ?? null,
      to_address: message.to,
      to_name: toName,
      template: message.template.name,
      subject: letter.subject,
      search_text: fold(`${message.to} ${toName ?? ''} ${letter.subject}`),
      sealed_body: this.vault.seal(BODY_SEAL, JSON.stringify(body)),
      status: 'queued',
      attempts: 0,
      last_error: null,
      created_at: new Date(),
      sent_at: null,
    });
    await this.outbox.schedule(ctx, DELIVER_MAIL, id);
    return id;
  }

  /** Every mail and its delivery, newest first; never what it said. */
  async list(ctx: RequestContext, query: ListNotifications): Promise<NotificationPage> {
    const rows = await this.notifications.list(ctx, query, query.limit, decodeCursor(query.cursor));
    const counts = await this.notifications.countByStatus(ctx, query.q);
    const all = counts.queued + counts.sent + counts.failed;
    const total = query.status ? counts[query.status] : all;
    return { ...paginate(rows, query.limit, total, toNotificationItem), counts: { all, ...counts } };
  }
}
