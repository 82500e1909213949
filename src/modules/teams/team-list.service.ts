import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { ProjectOwner } from '../../kernel/facets/project-owner.port.js';
import { decodeCursor, paginate } from '../../kernel/http/pagination.js';
import { toWire } from '../../kernel/http/schemas.js';
import { fold } from '../../kernel/text/search.js';
import type { Invitation } from '../invitations/invitation.dto.js';
import { InvitationService } from '../invitations/invitation.service.js';
import { RoleService } from '../roles/role.service.js';
import { orViewer } from '../roles/system-roles.js';
import type { User } from '../users/user.dto.js';
import { displayName, UserService } from '../users/user.service.js';
import type { ListTeam, TeamMember, TeamMemberPage } from './member.dto.js';
import type { MemberEntity } from './member.entity.js';
import { MemberRepository } from './member.repository.js';

/** People of whom everything is looked up at once. */
const TOGETHER = 100;

/** A line of the list before what stands in it was looked up. */
interface Line {
  readonly id: string;
  readonly status: TeamMember['status'];
  readonly member?: MemberEntity;
  readonly invitation?: Invitation;
}

/**
 * A project's people: its members, and who is invited. The two lie in different tables; a team is a number
 * of people, so they are put together here rather than by the database.
 */
@Injectable()
export class TeamList {
  constructor(
    private readonly members: MemberRepository,
    private readonly invitations: InvitationService,
    private readonly users: UserService,
    private readonly roles: RoleService,
    private readonly owner: ProjectOwner,
  ) {}

  /** Newest first, by when they were added or invited. */
  async page(ctx: RequestContext, projectId: string, query: ListTeam): Promise<TeamMemberPage> {
    const after = decodeCursor(query.cursor);
    const lines = await this.lines(ctx, projectId, query);
    const rest = after === null ? lines : lines.filter(line => moment(line) < moment({ id: after }));
    const shown = await this.items(ctx, projectId, rest.slice(0, query.limit + 1));
    return paginate(shown, query.limit, lines.length, item => item);
  }

  /** How many people there are. */
  async size(ctx: RequestContext, projectId: string): Promise<number> {
    return (await this.lines(ctx, projectId, {})).length;
  }

  /** Everybody, oldest first, some at a time. */
  async *all(ctx: RequestContext, projectId: string): AsyncGenerator<TeamMember[]> {
    const lines = (await this.lines(ctx, projectId, {})).reverse();
    for (let at = 0; at < lines.length; at += TOGETHER) {
      yield await this.items(ctx, projectId, lines.slice(at, at + TOGETHER));
      await turn();
    }
  }

  /** One member. @throws AppError `not_found` */
  async get(ctx: RequestContext, projectId: string, id: string): Promise<TeamMember> {
    const member = await this.members.find(ctx, projectId, id);
    if (!member) throw new AppError('not_found');
    return (await this.items(ctx, projectId, [lineOf(member)]))[0]!;
  }

  /** Everybody who matches, newest first. */
  private async lines(
    ctx: RequestContext,
    projectId: string,
    { status, q }: Pick<ListTeam, 'status' | 'q'>,
  ): Promise<Line[]> {
    const members = status === 'invited' ? [] : await this.members.list(ctx, projectId);
    const invited =
      status === undefined || status === 'invited'
        ? await this.invitations.pendingOf(ctx, { kind: 'project', id: projectId })
        : [];
    const all: Line[] = [
      ...members.map(lineOf),
      ...invited.map(invitation => ({ id: invitation.id, status: 'invited' as const, invitation })),
    ].filter(line => status === undefined || line.status === status);
    const found = q === undefined ? all : await this.search(ctx, all, fold(q));
    return found.sort((one, other) => (moment(one) < moment(other) ? 1 : -1));
  }

  private async search(ctx: RequestContext, lines: Line[], q: string): Promise<Line[]> {
    const people = await this.peopleOf(ctx, lines);
    return lines.filter(line => {
      const person = line.invitation ?? people.get(line.member!.user_id)!;
      return fold(`${nameOf(person) ?? ''} ${person.email}`).includes(q);
    });
  }

  private async items(ctx: RequestContext, projectId: string, lines: Line[]): Promise<TeamMember[]> {
    const people = await this.peopleOf(ctx, lines);
    const signIns = await this.users.lastSignIns(ctx, [...people.keys()]);
    const roles = await this.roles.findMany(
      ctx,
      projectId,
      lines.flatMap(({ member }) => (member ? [member.role_id] : [])),
    );
    const ownerId = ctx.project?.ownerId ?? (await this.owner.of(ctx, projectId));
    return lines.map(line => {
      if (line.invitation) return invitedItem(line.invitation);
      const member = line.member!;
      const user = people.get(member.user_id)!;
      const role = orViewer(roles.get(member.role_id));
      return {
        id: member.id,
        user_id: member.user_id,
        name: displayName(user),
        email: user.email,
        status: line.status,
        role: { id: role.id, name: role.name },
        owner: ownerId === member.user_id,
        last_sign_in: signIns.get(member.user_id) ?? null,
        added_at: toWire(member.added_at),
      };
    });
  }

  private peopleOf(ctx: RequestContext, lines: Line[]): Promise<Map<string, User>> {
    return this.users.findMany(
      ctx,
      lines.flatMap(({ member }) => (member ? [member.user_id] : [])),
    );
  }
}

function lineOf(member: MemberEntity): Line {
  return { id: member.id, status: member.status === 'suspended' ? 'suspended' : 'active', member };
}

/** What sorts ids of different kinds by the time they were made. */
function moment({ id }: { id: string }): string {
  return id.slice(4);
}

function invitedItem(invitation: Invitation): TeamMember {
  return {
    id: invitation.id,
    // Whether the address has an account, and what it does elsewhere, is none of the team's business before it has joined.
    user_id: null,
    name: nameOf(invitation),
    email: invitation.email,
    status: 'invited',
    role: invitation.role,
    owner: false,
    last_sign_in: null,
    added_at: invitation.created_at,
  };
}

function nameOf({ first_name, name }: Pick<Invitation, 'first_name' | 'name'>): string | null {
  return [first_name, name].filter(Boolean).join(' ') || null;
}
