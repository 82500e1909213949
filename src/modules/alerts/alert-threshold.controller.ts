import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import {
  AlertThreshold,
  AlertThresholdPage,
  CreateAlertThreshold,
  DeletedAlertThreshold,
  ListAlertThresholds,
  UpdateAlertThreshold,
} from './alert-threshold.dto.js';
import { AlertThresholdService } from './alert-threshold.service.js';

const TAG: Tag = {
  name: 'Alerts',
  description: 'Get notified when a metric crosses a value.',
  place: 150,
};

@Docs.tag(TAG)
@Controller('projects/:id/alert-thresholds')
export class AlertThresholdController {
  constructor(private readonly thresholds: AlertThresholdService) {}

  @Get()
  @Access('alerts:read')
  @Docs({ summary: "A project's alert thresholds", ok: AlertThresholdPage, errors: ['invalid_cursor'] })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListAlertThresholds }) query: ListAlertThresholds,
  ) {
    return this.thresholds.list(ctx, id, query);
  }

  @Post()
  @Access('alerts:write')
  @Mutation(['alert_threshold.created'])
  @Docs({
    summary: 'Create an alert threshold',
    description:
      'Fires once when the metric crosses the value, at most once per window, and again only after the metric has recovered. ' +
      "E-mail goes to the project's owner and administrators.",
    created: AlertThreshold,
    errors: ['limit_reached'],
  })
  create(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: CreateAlertThreshold }) body: CreateAlertThreshold,
  ) {
    return this.thresholds.create(ctx, id, body);
  }

  @Patch(':alr')
  @Access('alerts:write')
  @Mutation(['alert_threshold.updated'])
  @Docs({ summary: 'Change an alert threshold', description: 'Re-arms it.', ok: AlertThreshold })
  update(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('alr') alr: string,
    @Body({ schema: UpdateAlertThreshold }) body: UpdateAlertThreshold,
  ) {
    return this.thresholds.update(ctx, id, alr, body);
  }

  @Delete(':alr')
  @Access('alerts:write')
  @Mutation(['alert_threshold.deleted'])
  @Docs({ summary: 'Delete an alert threshold', ok: DeletedAlertThreshold })
  delete(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('alr') alr: string) {
    return this.thresholds.delete(ctx, id, alr);
  }
}
