import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { Dataset, ExportQuery } from '../../kernel/facets/exports.js';
import { TeamMember } from './member.dto.js';
import { TeamList } from './team-list.service.js';

/** The team as exports have it: as the list shows it, those added first before the others. */
@Injectable()
export class TeamExport implements Dataset<TeamMember> {
  readonly permission = 'members:read';
  readonly row = TeamMember;
  readonly ranged = false;

  constructor(private readonly team: TeamList) {}

  count(ctx: RequestContext, { projectId }: ExportQuery): Promise<number> {
    return this.team.size(ctx, projectId);
  }

  rows(ctx: RequestContext, { projectId }: ExportQuery): AsyncIterable<TeamMember[]> {
    return this.team.all(ctx, projectId);
  }
}
