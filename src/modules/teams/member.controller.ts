import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { ChangeMember, ListTeam, RemovedMember, TeamMember, TeamMemberPage } from './member.dto.js';
import { MemberChanges } from './member-changes.service.js';
import { TEAM } from './team.tag.js';
import { TeamList } from './team-list.service.js';

@Docs.tag(TEAM)
@Controller('projects/:id/members')
export class MemberController {
  constructor(
    private readonly team: TeamList,
    private readonly changes: MemberChanges,
  ) {}

  @Get()
  @Access('members:read')
  @Docs({
    summary: "A project's team",
    description: 'Members and those invited, newest first.',
    ok: TeamMemberPage,
    filters: { q: ['member.name', 'member.email'] },
    errors: ['invalid_cursor'],
  })
  list(@Ctx() ctx: RequestContext, @Param('id') id: string, @Query({ schema: ListTeam }) query: ListTeam) {
    return this.team.page(ctx, id, query);
  }

  @Patch(':mbr')
  @Access('members:write')
  @Mutation(['member.role_changed'])
  @Docs({
    summary: 'Give a member another role',
    description:
      'You cannot assign a role that permits more than your own, nor change the role of somebody who may do more.',
    ok: TeamMember,
    errors: ['owner_protected', 'permission_escalation'],
  })
  changeRole(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('mbr') member: string,
    @Body({ schema: ChangeMember }) body: ChangeMember,
  ) {
    return this.changes.changeRole(ctx, id, member, body);
  }

  @Post(':mbr/suspend')
  @Access('members:write')
  @Mutation(['member.suspended'], { dryRun: true })
  @Docs({
    summary: 'Suspend a member',
    description:
      "Until activated again, the member cannot use the project, and the member's own keys do not work.",
    ok: TeamMember,
    errors: ['owner_protected', 'permission_escalation', 'invalid_transition'],
  })
  suspend(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('mbr') member: string) {
    return this.changes.suspend(ctx, id, member);
  }

  @Post(':mbr/activate')
  @Access('members:write')
  @Mutation(['member.activated'])
  @Docs({
    summary: 'Activate a suspended member',
    description: 'Whom a platform admin suspended, only a platform admin activates.',
    ok: TeamMember,
    errors: ['owner_protected', 'permission_escalation', 'suspended_by_platform', 'invalid_transition'],
  })
  activate(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('mbr') member: string) {
    return this.changes.activate(ctx, id, member);
  }

  @Delete(':mbr')
  @Access('members:write')
  @Mutation(['member.removed'], { dryRun: true })
  @Docs({
    summary: 'Remove a member for good',
    description: "The member's own keys are revoked, and the person is told by mail.",
    ok: RemovedMember,
    errors: ['owner_protected', 'permission_escalation', 'suspended_by_platform'],
  })
  remove(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('mbr') member: string) {
    return this.changes.remove(ctx, id, member);
  }
}
