import { Body, Controller, Delete, Get, Head, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs, type RouteDocs, type Tag } from '../../kernel/routes/docs.decorator.js';
import { DeletedReport, ListReports, Report, ReportPage, RequestReport } from './report.dto.js';
import { ReportService } from './report.service.js';
import { ReportDownload } from './report-download.service.js';

const TAG: Tag = {
  name: 'Reports',
  description: 'Files with what a project has: logs, usage, team.',
  place: 160,
};

const DOWNLOAD = {
  summary: 'Download a report',
  description:
    'Takes the permission to read the same over the API, and that nothing in the file is hidden from you. Honours `Range` ' +
    '(one), `If-Range` and `If-None-Match`; the ETag is the SHA-256. Every answer with bytes leaves `report.downloaded` in ' +
    'the event log.',
  bytes: 'The file.',
  errors: ['report_not_ready', 'report_expired', 'range_not_satisfiable', 'storage_unavailable'],
} satisfies RouteDocs;

@Docs.tag(TAG)
@Controller('projects/:id/reports')
export class ReportController {
  constructor(
    private readonly reports: ReportService,
    private readonly downloads: ReportDownload,
  ) {}

  @Get()
  @Access('reports:read')
  @Docs({ summary: "A project's reports", ok: ReportPage, errors: ['invalid_cursor'] })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListReports }) query: ListReports,
  ) {
    return this.reports.list(ctx, id, query);
  }

  @Post()
  @Access('reports:write')
  @Mutation(['report.requested'])
  @Docs({
    summary: 'Request a report',
    description:
      'It is written in the background: rows oldest first, as your role may see them when it is written. Takes the ' +
      'permission to read the same over the API, too. A person is told by mail when it is ready. CSV has a column for each ' +
      "field, nested ones with dots; a cell that a spreadsheet would run begins with `'`.",
    accepted: Report,
    errors: ['limit_reached'],
  })
  request(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: RequestReport }) body: RequestReport,
  ) {
    return this.reports.request(ctx, id, body);
  }

  @Get(':rpt')
  @Access('reports:read')
  @Docs({ summary: 'One report', ok: Report })
  get(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('rpt') rpt: string) {
    return this.reports.get(ctx, id, rpt);
  }

  // Before GET, to which Fastify would otherwise add one that leaves an entry.
  @Head(':rpt/download')
  @Access('reports:read')
  @Docs(DOWNLOAD)
  @Docs.hidden()
  head(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('rpt') rpt: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.downloads.send(ctx, id, rpt, request, reply);
  }

  @Get(':rpt/download')
  @Access('reports:read')
  @Docs(DOWNLOAD)
  download(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('rpt') rpt: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.downloads.send(ctx, id, rpt, request, reply);
  }

  @Delete(':rpt')
  @Access('reports:write')
  @Mutation(['report.deleted'])
  @Docs({
    summary: 'Delete a report',
    description: 'Its file goes with it. One that is being written is given up.',
    ok: DeletedReport,
  })
  delete(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('rpt') rpt: string) {
    return this.reports.delete(ctx, id, rpt);
  }
}
