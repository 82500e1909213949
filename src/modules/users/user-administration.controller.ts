import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { PlatformAdmin } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { UserAction } from '../../kernel/facets/effects.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import { ListUsers, RunUserAction, UpdateUser, UserPage, UserRecord } from './user.dto.js';
import { USER_ACTIONS } from './user-actions.js';
import { UserAdministration } from './user-administration.service.js';

const TAG: Tag = {
  name: 'Users',
  description: 'All accounts. For platform admins.',
  place: 210,
};

@Docs.tag(TAG)
@Controller('users')
export class UserAdministrationController {
  constructor(private readonly administration: UserAdministration) {}

  @Get()
  @PlatformAdmin()
  @Docs({
    name: 'User_list',
    summary: 'All users',
    description: 'Newest first. Deleted users are listed only with `?status=deleted`.',
    ok: UserPage,
    errors: ['invalid_cursor'],
  })
  list(@Ctx() ctx: RequestContext, @Query({ schema: ListUsers }) query: ListUsers) {
    return this.administration.list(ctx, query);
  }

  @Get(':id')
  @PlatformAdmin()
  @Docs({ name: 'User_get', summary: 'One user', ok: UserRecord, errors: ['not_found'] })
  get(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return this.administration.get(ctx, id);
  }

  @Patch(':id')
  @PlatformAdmin()
  @Mutation(['user.updated'])
  @Docs({
    name: 'User_update',
    summary: "Change a user's details, project limit or platform role",
    ok: UserRecord,
    errors: ['not_found', 'last_admin', 'invalid_transition'],
  })
  update(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: UpdateUser }) body: UpdateUser,
  ) {
    return this.administration.update(ctx, id, body);
  }

  @Post(':id/:action')
  @PlatformAdmin()
  @Mutation([
    'user.suspended',
    'user.activated',
    'user.restored',
    'user.deleted',
    'user.password_reset_requested',
    'user.totp_reset',
  ])
  @Docs({
    name: 'User_runAction',
    summary: 'Suspend, activate or delete a user, or reset password or second factor',
    description:
      'Without `confirm` the answer is 428 and says what would change and what it would affect. Activating a ' +
      'deleted user restores the account, not the memberships, unless its address has a new account by now. Somebody who ' +
      'owns projects or organizations cannot be deleted. `reset-password` invalidates the password, ends all sessions and ' +
      'mails a link to set a new one. `reset-totp` turns two-factor sign-in off for somebody else who lost app and ' +
      'recovery codes, and ends their sessions.',
    ok: UserRecord,
    errors: [
      'not_found',
      'confirmation_required',
      'invalid_transition',
      'last_admin',
      'owner_protected',
      'email_taken',
    ],
  })
  run(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('action', { schema: z.enum(USER_ACTIONS) }) action: UserAction,
    @Body({ schema: RunUserAction }) body: RunUserAction,
  ) {
    return this.administration.run(ctx, id, action, body);
  }
}
