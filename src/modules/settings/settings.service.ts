import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { REDACTED } from '../../kernel/context/hidden-attributes.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { Effects } from '../../kernel/facets/effects.js';
import { Promotions } from '../../kernel/facets/promotions.port.js';
import type { Project } from '../projects/project.dto.js';
import { ProjectService } from '../projects/project.service.js';
import {
  EDITABLE,
  editable,
  ProjectChanges,
  type ProjectEdits,
  type ProjectValues,
} from '../projects/project-changes.service.js';
import { ProjectMove } from '../projects/project-move.service.js';
import { ProjectNotices } from '../projects/project-notices.service.js';
import { ProjectOwnership } from '../projects/project-ownership.service.js';
import {
  hidesOwner,
  promotionUnavailable,
  SETTING_ACTIONS,
  type SettingAction,
  type StatusAction,
  unavailable,
} from './setting-actions.js';
import type { RunAction, Settings, UpdateSettings } from './settings.dto.js';

/** The settings hub: every action on a project, whether the caller may take it, and its confirmation. */
@Injectable()
export class SettingsService {
  constructor(
    private readonly changes: ProjectChanges,
    private readonly projects: ProjectService,
    private readonly notices: ProjectNotices,
    private readonly ownership: ProjectOwnership,
    private readonly effects: Effects,
    private readonly promotions: Promotions,
    private readonly moves: ProjectMove,
    private readonly config: Config,
  ) {}

  /** @throws AppError `not_found` */
  async show(ctx: RequestContext, id: string): Promise<Settings> {
    const values = await this.changes.values(ctx, id);
    const owner = (await this.projects.get(ctx, id)).owner.email;
    const isOwner = await this.changes.isOwner(ctx, values);
    const mayMove = await this.moves.mayLeave(ctx, values.organization_id);
    const url = `/v1/projects/${id}/settings`;
    const edit = ctx.can('settings:write')
      ? { available: true }
      : { available: false, reason: 'Requires the permission settings:write.' };
    return {
      ...editable(values),
      status: values.status,
      verified: values.verified_at !== null,
      actions: [
        ...EDITABLE.map(field => ({
          action: `edit ${field}`,
          method: 'PATCH' as const,
          url,
          value: ctx.hides(`project.${field}`) ? REDACTED : values[field],
          ...edit,
        })),
        ...SETTING_ACTIONS.map(action => {
          const reason = unavailable(action, ctx, values, action === 'move' ? mayMove : isOwner);
          return {
            action,
            method: 'POST' as const,
            url: `${url}/${action}`,
            value: shown(ctx, action, values, owner),
            available: reason === null,
            ...(reason === null ? {} : { reason: reason.message }),
          };
        }),
        await this.promotion(ctx, id),
      ],
    };
  }

  /** How far the project is on its way to production, and whether the caller may ask for it to get there. */
  private async promotion(ctx: RequestContext, id: string): Promise<Settings['actions'][number]> {
    const { state } = await this.promotions.standing(ctx, ctx.project!);
    const reason = promotionUnavailable(ctx, state);
    return {
      action: 'request-promotion',
      method: 'POST',
      url: `/v1/projects/${id}/promotion-requests`,
      value: state,
      available: reason === null,
      ...(reason === null ? {} : { reason }),
    };
  }

  /** Edits the project once confirmed. @throws AppError `confirmation_required`, `validation_failed` */
  async edit(ctx: RequestContext, id: string, { confirm, ...edits }: UpdateSettings): Promise<Settings> {
    this.refuseLongerLifetime(edits.key_max_lifetime_days ?? null);
    const before = editable(await this.changes.values(ctx, id));
    if (!confirm) {
      const to = edits as ProjectEdits;
      const from = Object.fromEntries(
        Object.keys(to).map(field => [field, before[field as keyof typeof before]]),
      );
      throw new AppError('confirmation_required', { details: { action: 'edit', from, to, effects: [] } });
    }
    await this.changes.edit(ctx, id, edits);
    return this.show(ctx, id);
  }

  /** @throws AppError `validation_failed` when keys may not live as long on this platform */
  private refuseLongerLifetime(days: number | null): void {
    const most = this.config.keyMaxLifetimeDays;
    if (days === null || most === null || days <= most) return;
    throw invalidField(
      'key_max_lifetime_days',
      `must be at most ${most}, the maximum lifetime of keys on this platform`,
      `Send 1 to ${most}, or null.`,
    );
  }

  /**
   * Takes an action once confirmed.
   * @throws AppError `confirmation_required`, `permission_denied`, `suspended_by_platform`, `owner_missing`, `invalid_transition`,
   *   `validation_failed` when the name typed to delete is not the project's
   */
  async run(ctx: RequestContext, id: string, action: StatusAction, input: RunAction): Promise<Project> {
    const values = await this.changes.values(ctx, id);
    const refusal = unavailable(action, ctx, values, await this.changes.isOwner(ctx, values));
    if (refusal) throw refusal;
    const restores = action === 'activate' && values.status === 'deleted';
    if (input.owner_id !== undefined && !restores)
      throw invalidField('owner_id', 'is for restoring a deleted project', 'Leave it out.');
    if (
      restores &&
      input.owner_id === undefined &&
      (await this.ownership.isMissing(ctx, id, values.owner_id))
    )
      throw new AppError('owner_missing', { param: 'owner_id' });
    await this.confirm(ctx, action, values, input.confirm);
    if (restores) await this.ownership.reinstate(ctx, id, input.owner_id);
    if (action === 'verify') await this.changes.verify(ctx, id, input.reason);
    else await this.changes.transit(ctx, id, transitionOf(action, values), input.reason);
    if (action === 'suspend' || action === 'delete') {
      await this.notices.stopped(ctx, values, STOPPED[action], input.reason);
    }
    return this.projects.get(ctx, id);
  }

  private async confirm(
    ctx: RequestContext,
    action: StatusAction,
    values: ProjectValues,
    confirm: RunAction['confirm'],
  ): Promise<void> {
    if (confirm === undefined || confirm === false) {
      const to = action === 'verify' ? true : this.changes.transition(transitionOf(action, values)).to;
      const details = {
        action,
        from: valueOf(ctx, action, values),
        to,
        effects: await this.effects.ofProject(ctx, values.id, action),
      };
      throw new AppError('confirmation_required', { param: 'confirm', details });
    }
    if (action === 'delete' ? confirm !== values.name : confirm !== true) {
      const fix = action === 'delete' ? "Send the project's exact name." : 'Send true.';
      throw invalidField('confirm', 'does not confirm this action', fix);
    }
  }
}

const STOPPED = { suspend: 'suspended', delete: 'deleted' } as const;

/** Activating a deleted project restores it. */
function transitionOf(action: Exclude<StatusAction, 'verify'>, values: ProjectValues) {
  return action === 'activate' && values.status === 'deleted' ? 'restore' : action;
}

/** What an action would change, as it is now and as far as the caller may see it. */
function shown(ctx: RequestContext, action: SettingAction, values: ProjectValues, owner: string): unknown {
  if (action === 'move') return ctx.hides('project.organization_id') ? REDACTED : values.organization_id;
  if (action === 'transfer-ownership') return hidesOwner(ctx) ? REDACTED : owner;
  return valueOf(ctx, action, values);
}

function valueOf(ctx: RequestContext, action: StatusAction, values: ProjectValues): unknown {
  if (action !== 'verify') return values.status;
  return ctx.hides('project.verified') ? REDACTED : values.verified_at !== null;
}
