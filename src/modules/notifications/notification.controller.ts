import { Controller, Get, Query } from '@nestjs/common';
import { PlatformAdmin } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import { ListNotifications, NotificationPage } from './notification.dto.js';
import { NotificationService } from './notification.service.js';

const TAG: Tag = {
  name: 'Notifications',
  description: 'The mails sent. For platform admins.',
  place: 220,
};

@Docs.tag(TAG)
@Controller('notifications')
export class NotificationController {
  constructor(private readonly notifications: NotificationService) {}

  @Get()
  @PlatformAdmin()
  @Docs({
    summary: 'Mails and their delivery',
    description:
      'Newest first. The text of a mail is never shown: it contains tokens, and is erased once the mail is delivered.',
    ok: NotificationPage,
    errors: ['invalid_cursor'],
  })
  list(@Ctx() ctx: RequestContext, @Query({ schema: ListNotifications }) query: ListNotifications) {
    return this.notifications.list(ctx, query);
  }
}
