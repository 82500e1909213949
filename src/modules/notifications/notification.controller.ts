import { Controller, Get, Query } from '@nestjs/common';
import { PlatformAdmin } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { ListNotifications, NotificationPage } from './notification.dto.js';
import { NotificationService } from './notification.service.js';

@Docs.tag('Notifications')
@Controller('notifications')
export class NotificationController {
  constructor(private readonly notifications: NotificationService) {}

  @Get()
  @PlatformAdmin()
  @Docs({
    summary: 'Mails and their delivery',
    description:
      'Newest first. What a mail said is never shown: it holds tokens, and is erased once delivered.',
    ok: NotificationPage,
    errors: ['invalid_cursor'],
  })
  list(@Ctx() ctx: RequestContext, @Query({ schema: ListNotifications }) query: ListNotifications) {
    return this.notifications.list(ctx, query);
  }
}
