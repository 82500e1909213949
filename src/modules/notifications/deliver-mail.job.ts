import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Vault } from '../../kernel/crypto/vault.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { type JobHandler, JobRegistry } from '../../kernel/jobs/job.js';
import { describeFailure, JobFailure } from '../../kernel/jobs/job-failure.js';
import { Mailer } from './mailer.js';
import type { Notification } from './notification.entity.js';
import { NotificationRepository } from './notification.repository.js';
import { BODY_SEAL, DELIVER_MAIL, type MailBody } from './notification.service.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits after each failure: a mail server has some twelve hours to come back. */
const WAITS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 3 * HOUR, 8 * HOUR];

/** Hands one notification to the mailer and erases its body once that has taken it. */
@Injectable()
export class DeliverMailJob implements JobHandler, OnModuleInit {
  readonly name = DELIVER_MAIL;
  readonly maxAttempts = WAITS.length + 1;

  constructor(
    private readonly registry: JobRegistry,
    private readonly notifications: NotificationRepository,
    private readonly unitOfWork: UnitOfWork,
    private readonly vault: Vault,
    private readonly mailer: Mailer,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  backoff(attempt: number): number {
    return WAITS[Math.min(attempt, WAITS.length) - 1]!;
  }

  async run(ctx: RequestContext, notificationId: string): Promise<void> {
    const notification = await this.notifications.findQueued(ctx, notificationId);
    if (!notification) return;
    try {
      await this.deliver(notification);
    } catch (error) {
      await this.unitOfWork.bookkeeping(ctx, () =>
        this.notifications.updateQueued(
          ctx,
          notificationId,
          { last_error: describeFailure(error) },
          { countAttempt: true },
        ),
      );
      throw error;
    }
    await this.unitOfWork.bookkeeping(ctx, () =>
      this.notifications.updateQueued(
        ctx,
        notificationId,
        { status: 'sent', sent_at: new Date(), sealed_body: null, last_error: null },
        { countAttempt: true },
      ),
    );
  }

  async gaveUp(ctx: RequestContext, notificationId: string, error: unknown): Promise<void> {
    await this.unitOfWork.bookkeeping(ctx, () =>
      this.notifications.updateQueued(
        ctx,
        notificationId,
        { status: 'failed', sealed_body: null, last_error: describeFailure(error) },
        { countAttempt: false },
      ),
    );
  }

  private async deliver(notification: Notification): Promise<void> {
    const { text, html } = this.unseal(notification);
    await this.mailer.send({
      id: notification.id,
      createdAt: notification.created_at,
      to: notification.to_address,
      toName: notification.to_name,
      subject: notification.subject,
      text,
      html,
    });
  }

  private unseal({ sealed_body }: Notification): MailBody {
    if (sealed_body === null) throw new JobFailure('the body has been erased', { permanent: true });
    try {
      return JSON.parse(this.vault.unseal(BODY_SEAL, sealed_body)) as MailBody;
    } catch (cause) {
      // Not permanent: an operator who starts with the wrong APP_SECRET gets to correct it.
      throw new JobFailure('the body was encrypted under another APP_SECRET', { cause });
    }
  }
}
