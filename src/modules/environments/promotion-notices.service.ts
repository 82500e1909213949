import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { MailLimits } from '../notifications/mail-limits.js';
import { NotificationService } from '../notifications/notification.service.js';
import { ProjectContacts } from '../projects/project-contacts.service.js';
import { PROMOTION_ASKED_MAIL, PROMOTION_DECIDED_MAIL } from './promotion.mails.js';
import type { PromotionRequestEntity } from './promotion-request.entity.js';

type Reviewer = Awaited<ReturnType<ProjectContacts['reviewers']>>[number];

/** Mails about promotions: to those who review, and back to those who asked. */
@Injectable()
export class PromotionNotices {
  constructor(
    private readonly contacts: ProjectContacts,
    private readonly limits: MailLimits,
    private readonly notifications: NotificationService,
    private readonly config: Config,
  ) {}

  /**
   * Who is to be asked for a review: platform admins who have not got too many mails already. To be asked for before the
   * first write.
   * @throws AppError `too_many_mails` when the caller has caused too many
   */
  async reviewers(ctx: RequestContext): Promise<Reviewer[]> {
    await this.limits.admitSender(ctx);
    const admitted: Reviewer[] = [];
    for (const admin of await this.contacts.reviewers(ctx)) {
      if (await this.limits.admitsRecipient(admin.email)) admitted.push(admin);
    }
    return admitted;
  }

  /** Asks for a review. */
  async asked(
    ctx: RequestContext,
    request: PromotionRequestEntity,
    projectName: string,
    reviewers: readonly Reviewer[],
  ): Promise<void> {
    const asker = ctx.principal!.name;
    const { notes, change_count: changes } = request;
    for (const admin of reviewers) {
      await this.notifications.send(ctx, {
        to: admin.email,
        toName: `${admin.first_name} ${admin.name}`,
        userId: admin.id,
        template: PROMOTION_ASKED_MAIL,
        data: { name: admin.first_name, projectName, asker, notes, changes, url: this.url },
      });
    }
  }

  /** Tells whoever asked what was decided, and why. */
  async decided(ctx: RequestContext, request: PromotionRequestEntity, projectName: string): Promise<void> {
    const decision = request.status === 'approved' ? 'approved' : 'rejected';
    for (const person of await this.contacts.askers(ctx, request.project_id, request.requested_by)) {
      await this.notifications.send(ctx, {
        to: person.email,
        toName: `${person.first_name} ${person.name}`,
        userId: person.id,
        template: PROMOTION_DECIDED_MAIL,
        data: { name: person.first_name, projectName, decision, reason: request.reason },
      });
    }
  }

  private get url(): string {
    return `${this.config.publicUrl}/docs`;
  }
}
