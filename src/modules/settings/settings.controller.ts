import { Body, Controller, Get, Param, Patch, Post } from '@nestjs/common';
import { z } from 'zod';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import { Project } from '../projects/project.dto.js';
import { OrganizationMove } from './organization-move.service.js';
import { OwnershipTransfer } from './ownership-transfer.service.js';
import { STATUS_ACTIONS, type StatusAction } from './setting-actions.js';
import { MoveProject, RunAction, Settings, TransferOwnership, UpdateSettings } from './settings.dto.js';
import { SettingsService } from './settings.service.js';

const TAG: Tag = {
  name: 'Settings',
  description: 'Everything that can be changed about a project. Each action first says what it would do.',
  place: 50,
};

@Docs.tag(TAG)
@Controller('projects/:id/settings')
export class SettingsController {
  constructor(
    private readonly settings: SettingsService,
    private readonly transfers: OwnershipTransfer,
    private readonly moves: OrganizationMove,
  ) {}

  @Get()
  @Access('settings:read')
  @Docs({ summary: "A project's settings, and the actions available to you", ok: Settings })
  show(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return this.settings.show(ctx, id);
  }

  @Patch()
  @Access('settings:write')
  @Mutation(['project.renamed', 'project.updated'])
  @Docs({
    summary: 'Edit a project',
    description: 'Without `confirm: true` the answer is 428 and says what would change.',
    ok: Settings,
    errors: ['confirmation_required'],
  })
  edit(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: UpdateSettings }) body: UpdateSettings,
  ) {
    return this.settings.edit(ctx, id, body);
  }

  @Post('transfer-ownership')
  @Access('settings:write')
  @Mutation(['project.ownership_transferred'], { givesUpRight: true })
  @Docs({
    summary: 'Give a project to another member',
    description:
      'For the owner, the owner of the organization and platform admins. The new owner must be an active member, and becomes an administrator; ' +
      'the former one stays a member. Without `confirm` the answer is 428 and says what would change.',
    ok: Project,
    errors: ['confirmation_required', 'invalid_transition', 'project_limit_reached'],
  })
  transfer(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: TransferOwnership }) body: TransferOwnership,
  ) {
    return this.transfers.run(ctx, id, body);
  }

  @Post('move')
  @Access('settings:write')
  @Mutation(['project.moved'], { givesUpRight: true })
  @Docs({
    summary: 'Move a project to another organization',
    description:
      'For who owns both organizations, and platform admins. Its keys use the other quota from then on; its team stays, and ' +
      "the organizations' owners and admins change. Request log and usage go along; events before stay where they were. " +
      'Without `confirm` the answer is 428 and says who loses or gains access, how many keys change quota, and both quotas.',
    ok: Project,
    errors: ['confirmation_required', 'invalid_transition', 'not_found'],
  })
  move(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: MoveProject }) body: MoveProject,
  ) {
    return this.moves.run(ctx, id, body);
  }

  @Post(':action')
  @Access('settings:write')
  @Mutation([
    'project.verified',
    'project.activated',
    'project.suspended',
    'project.deleted',
    'project.restored',
  ])
  @Docs({
    summary: 'Verify, activate, suspend or delete a project',
    description:
      'Without `confirm` the answer is 428 and says what would change and whom it would affect. ' +
      'Verifying, and restoring a deleted project by `activate`, are for platform admins; deleting is for the owner, the ' +
      "organization's owner and platform admins, and takes the project's exact name as `confirm`. What a platform admin " +
      'suspended, only a platform admin activates again. A project whose owner is there no more is restored with `owner_id`.',
    ok: Project,
    errors: ['confirmation_required', 'suspended_by_platform', 'owner_missing', 'invalid_transition'],
  })
  run(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('action', { schema: z.enum(STATUS_ACTIONS) }) action: StatusAction,
    @Body({ schema: RunAction }) body: RunAction,
  ) {
    return this.settings.run(ctx, id, action, body);
  }
}
