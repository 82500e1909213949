import { Controller, Get, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { EventPage, ListOwnEvents } from '../audit/event.dto.js';
import { EventService } from '../audit/event.service.js';
import { ACCOUNT } from '../users/account.tag.js';

@Docs.tag(ACCOUNT)
@Controller('me/events')
export class SecurityEventsController {
  constructor(private readonly events: EventService) {}

  @Get()
  @Access('session')
  @Docs({
    name: 'Me_events',
    summary: 'Your sign-ins and what happened to your account',
    description:
      'Sign-ins and failed ones, ended sessions, changes of the password and of the account, whoever made them. From where ' +
      'somebody else did something is not shown.',
    ok: EventPage,
    errors: ['invalid_cursor'],
  })
  list(@Ctx() ctx: RequestContext, @Query({ schema: ListOwnEvents }) query: ListOwnEvents) {
    return this.events.listOfCaller(ctx, query);
  }
}
