import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { hashToken, newToken } from '../../kernel/crypto/tokens.js';
import { newId } from '../../kernel/database/ids.js';
import { NotificationService } from '../notifications/notification.service.js';
import { ACTIVATION_MAIL } from './account.mails.js';
import type { User } from './user.dto.js';
import { displayName } from './user.service.js';
import { UserTokenRepository } from './user-token.repository.js';

const ACTIVATION_MS = 7 * 24 * 60 * 60 * 1000;

type Recipient = Pick<User, 'id' | 'email' | 'first_name' | 'name'>;

/** Mails links that activate an account: good once, for seven days. */
@Injectable()
export class ActivationMails {
  constructor(
    private readonly tokens: UserTokenRepository,
    private readonly notifications: NotificationService,
    private readonly config: Config,
  ) {}

  /** Mails the link to somebody who has just registered; with `resetLink`, to somebody who did so again. */
  async send(ctx: RequestContext, user: Recipient, resetLink?: string): Promise<void> {
    await this.mail(ctx, user, resetLink);
  }

  /**
   * Ends former links and mails a new one, beside a link to set a password instead: whoever asks may have lost
   * it, or may not be who chose it.
   */
  async sendAgain(ctx: RequestContext, user: Recipient, resetLink: string): Promise<void> {
    await this.tokens.deleteOfUser(ctx, user.id, 'activation');
    await this.mail(ctx, user, resetLink);
  }

  private async mail(ctx: RequestContext, user: Recipient, resetLink?: string): Promise<void> {
    const token = newToken();
    await this.tokens.insert(ctx, {
      id: newId('tok'),
      user_id: user.id,
      purpose: 'activation',
      token_hash: hashToken(token),
      expires_at: new Date(Date.now() + ACTIVATION_MS),
    });
    const link = `${this.config.publicUrl}/activate#token=${token}`;
    await this.notifications.send(ctx, {
      to: user.email,
      toName: displayName(user),
      userId: user.id,
      template: ACTIVATION_MAIL,
      data: { name: user.first_name, link, resetLink },
    });
  }
}
