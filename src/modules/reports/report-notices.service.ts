import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { isId } from '../../kernel/database/ids.js';
import { NotificationService } from '../notifications/notification.service.js';
import type { Template } from '../notifications/template.js';
import { ProjectService } from '../projects/project.service.js';
import type { User } from '../users/user.dto.js';
import { displayName, UserService } from '../users/user.service.js';
import { REPORT_FAILED_MAIL, REPORT_READY_MAIL } from './report.mails.js';
import { ReportRepository } from './report.repository.js';

/** Tells people by mail what became of a report that they requested; scripts have to look. */
@Injectable()
export class ReportNotices {
  constructor(
    private readonly reports: ReportRepository,
    private readonly projects: ProjectService,
    private readonly users: UserService,
    private readonly notifications: NotificationService,
    private readonly config: Config,
  ) {}

  /** Works in the open unit of work. */
  async ready(ctx: RequestContext, id: string, rows: number): Promise<void> {
    const told = await this.toTell(ctx, id);
    if (told) await this.send(ctx, told.person, REPORT_READY_MAIL, { ...told.data, rows });
  }

  /** The same. */
  async failed(ctx: RequestContext, id: string, reason: string): Promise<void> {
    const told = await this.toTell(ctx, id);
    if (told) await this.send(ctx, told.person, REPORT_FAILED_MAIL, { ...told.data, reason });
  }

  private async toTell(ctx: RequestContext, id: string) {
    const report = await this.reports.findAnywhere(ctx, id);
    if (!report || !isId(report.requested_by, 'usr')) return null;
    const person = await this.users.find(ctx, report.requested_by);
    const project = await this.projects.findForAccess(ctx, report.project_id);
    if (!project || person?.status !== 'activated') return null;
    const { publicUrl } = this.config;
    const data = {
      name: person.first_name,
      projectName: project.name,
      report: `${report.kind}.${report.format}`,
      path: `${publicUrl}/v1/projects/${project.id}/reports/${id}/download`,
      url: `${publicUrl}/docs`,
    };
    return { person, data };
  }

  private send<Data>(
    ctx: RequestContext,
    person: User,
    template: Template<Data>,
    data: NoInfer<Data>,
  ): Promise<void> {
    const { id: userId, email: to } = person;
    return this.notifications.notify(ctx, { to, toName: displayName(person), userId, template, data });
  }
}
