import type { RequestContext } from '../../kernel/context/request-context.js';
import { overrules, powerOf, refusalToLift } from '../../kernel/context/suspension.js';
import { AppError } from '../../kernel/errors/app-error.js';
import type { PromotionState } from '../../kernel/facets/promotions.port.js';
import type { ProjectValues } from '../projects/project-changes.service.js';

/** What is done to a project as a whole. */
export const STATUS_ACTIONS = ['verify', 'activate', 'suspend', 'delete'] as const;
export type StatusAction = (typeof STATUS_ACTIONS)[number];

/** Every action of the settings hub. */
export const SETTING_ACTIONS = [...STATUS_ACTIONS, 'transfer-ownership', 'move'] as const;
export type SettingAction = (typeof SETTING_ACTIONS)[number];

const STARTS_FROM: Record<SettingAction, readonly string[]> = {
  verify: ['new', 'activated', 'suspended'],
  activate: ['new', 'suspended', 'deleted'],
  suspend: ['new', 'activated'],
  delete: ['new', 'activated', 'suspended'],
  'transfer-ownership': ['new', 'activated', 'suspended'],
  move: ['new', 'activated', 'suspended'],
};

/** Who may do what takes more than `settings:write`, as a sentence. */
const FOR_OWNERS: Partial<Record<SettingAction, string>> = {
  delete: "Only the owner, the organization's owner and platform admins delete a project.",
  'transfer-ownership': "Only the owner, the organization's owner and platform admins transfer a project.",
  move: "Only the organization's owner, who owns the other one as well, and platform admins move a project.",
};

/** Why the caller, who owns the project or its organization or not, cannot take `action` now; null when it is available. */
export function unavailable(
  action: SettingAction,
  ctx: RequestContext,
  values: ProjectValues,
  isOwner: boolean,
): AppError | null {
  if (!ctx.can('settings:write')) return denied('Requires the permission settings:write.');
  if (action === 'verify' && !ctx.isPlatformAdmin) return denied('Only platform admins verify projects.');
  const owners = FOR_OWNERS[action];
  if (owners && !ctx.isPlatformAdmin && !isOwner) return denied(owners);
  if (values.status === 'deleted' && !ctx.isPlatformAdmin)
    return denied('Only platform admins restore projects.');
  if (action === 'verify' && values.verified_at !== null)
    return impossible('The project is already verified.');
  const power = powerOf(ctx, 'team');
  if (action === 'suspend' && values.status === 'suspended' && overrules(values.suspended_by, power))
    return null;
  if (!STARTS_FROM[action].includes(values.status)) return impossible(`The project is ${values.status}.`);
  return action === 'activate' ? refusalToLift(values.suspended_by, power) : null;
}

/** Why the caller cannot ask for a promotion now, as a sentence; null when it is available. */
export function promotionUnavailable(ctx: RequestContext, state: PromotionState): string | null {
  if (ctx.project?.environment !== 'sandbox') return 'Only sandbox projects are promoted.';
  if (!ctx.can('promotion:request')) return 'Requires the permission promotion:request.';
  if (state === 'under_review' || state === 'approved')
    return 'The project has a promotion request that is under review or approved.';
  return state === 'not_ready'
    ? `Not every handoff check passes: GET /v1/projects/${ctx.project.id}/handoff.`
    : null;
}

/** Whether the owner's address is hidden from the caller: the team's list shows it as a member's. */
export function hidesOwner(ctx: RequestContext): boolean {
  return ctx.hides('project.owner.email') || ctx.hides('member.email');
}

function denied(message: string): AppError {
  return new AppError('permission_denied', { message });
}

function impossible(message: string): AppError {
  return new AppError('invalid_transition', { message });
}
