import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { type Standing, Standings } from '../../kernel/facets/standings.js';
import {
  type InvitationAcceptor,
  InvitationAcceptors,
  type InvitationEvents,
  type InvitationFacts,
  type InvitationNames,
} from '../invitations/invitation-acceptor.js';
import { MemberService } from '../teams/member.service.js';
import type { User } from '../users/user.dto.js';
import { ProjectRepository } from './project.repository.js';

/** How projects take in the people who are invited to them. */
@Injectable()
export class ProjectInvitations implements InvitationAcceptor, OnModuleInit {
  readonly kind = 'project';
  readonly events: InvitationEvents = {
    invited: 'member.invited',
    resent: 'invitation.resent',
    revoked: 'invitation.revoked',
    declined: 'invitation.declined',
  };

  constructor(
    private readonly projects: ProjectRepository,
    private readonly members: MemberService,
    private readonly standings: Standings,
    private readonly acceptors: InvitationAcceptors,
  ) {}

  onModuleInit(): void {
    this.acceptors.register(this);
  }

  async names(
    ctx: RequestContext,
    invitations: readonly InvitationFacts[],
  ): Promise<Map<string, InvitationNames>> {
    const names = new Map<string, InvitationNames>();
    const projects = await this.projects.findMany(ctx, [
      ...new Set(invitations.map(({ target }) => target.id)),
    ]);
    for (const project of projects) {
      const own = invitations.filter(({ target }) => target.id === project.id);
      const roles = await this.members.roleNames(
        ctx,
        project.id,
        own.map(({ role }) => role),
      );
      for (const { id, role } of own)
        names.set(id, { target: project.name, role: roles.get(role) ?? 'deleted role' });
    }
    return names;
  }

  async stillGiven(
    ctx: RequestContext,
    invitations: readonly InvitationFacts[],
  ): Promise<ReadonlySet<string>> {
    const given = new Set<string>();
    const targets = await this.projects.findMany(ctx, [
      ...new Set(invitations.map(({ target }) => target.id)),
    ]);
    const live = new Set(targets.filter(({ status }) => status !== 'deleted').map(({ id }) => id));
    const standings = new Map<string, Standing | null>();
    const verdicts = new Map<string, boolean>();
    for (const { id, target, role, invitedBy } of invitations) {
      if (!live.has(target.id)) continue;
      const who = `${target.id} ${invitedBy}`;
      if (!standings.has(who)) standings.set(who, await this.standings.of(ctx, target.id, invitedBy));
      const standing = standings.get(who);
      if (!standing) continue;
      const what = `${who} ${role}`;
      if (!verdicts.has(what))
        verdicts.set(what, await this.members.mayInviteTo(ctx, target.id, role, standing));
      if (verdicts.get(what)) given.add(id);
    }
    return given;
  }

  async join(ctx: RequestContext, { target, role }: InvitationFacts, user: User): Promise<void> {
    const project = await this.projects.find(ctx, target.id);
    if (!project || project.status === 'deleted') throw new AppError('invalid_token', { param: 'token' });
    await this.members.refuseSuspended(ctx, project.organization_id, user.id);
    await this.members.join(ctx, project.id, role, user);
  }
}
