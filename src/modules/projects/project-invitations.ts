import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import {
  InvitationAcceptors,
  type InvitationAcceptor,
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

  async join(ctx: RequestContext, { target, role }: InvitationFacts, user: User): Promise<void> {
    const project = await this.projects.find(ctx, target.id);
    if (!project || project.status === 'deleted') throw new AppError('invalid_token', { param: 'token' });
    await this.members.join(ctx, project.id, role, user);
  }
}
