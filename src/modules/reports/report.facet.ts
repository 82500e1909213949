import type { RequestContext } from '../../kernel/context/request-context.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersPurging } from '../../kernel/facets/purging.js';
import { ReportRepository } from './report.repository.js';
import { ReportFiles } from './report-files.service.js';

/** What reports add to projects: reports by id, and how their files expire. */
@Facet()
export class ReportFacet implements AnswersLookups, AnswersPurging {
  readonly lookup = {
    prefix: 'rpt',
    object: 'report',
    madeOf: ['report.kind', 'report.format'],
    permission: 'reports:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  readonly purging: AnswersPurging['purging'];

  constructor(
    private readonly reports: ReportRepository,
    files: ReportFiles,
  ) {
    this.purging = { reports: files };
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const report = await this.reports.findAnywhere(ctx, id);
    if (!report || report.deleted) return null;
    const { project_id: projectId, kind, format } = report;
    return { id, projectId, name: `${kind}.${format}`, url: `/v1/projects/${projectId}/reports/${id}` };
  }
}
