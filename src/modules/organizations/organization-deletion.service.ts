import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import { Figures } from '../../kernel/facets/figures.js';
import type { DeleteOrganization } from './organization.dto.js';
import { OrganizationRepository } from './organization.repository.js';
import { OrganizationService, organizationTarget } from './organization.service.js';
import { OrganizationMemberRepository } from './organization-member.repository.js';
import { memberTarget } from './organization-members.service.js';

/** Deleting an organization that has no project any more. */
@Injectable()
export class OrganizationDeletion {
  constructor(
    private readonly organizations: OrganizationService,
    private readonly repository: OrganizationRepository,
    private readonly members: OrganizationMemberRepository,
    private readonly figures: Figures,
    private readonly cascades: Cascades,
  ) {}

  /**
   * Deletes it once its name was typed; its memberships and invitations end.
   * @throws AppError `not_found`, `permission_denied` for all but its owner and platform admins, `invalid_transition`
   *   for a personal one, `organization_not_empty`, `confirmation_required`, `validation_failed`
   */
  async delete(
    ctx: RequestContext,
    id: string,
    { confirm }: DeleteOrganization,
  ): Promise<{ id: string; deleted: true }> {
    const { row, role } = await this.organizations.accessible(ctx, id);
    if (role !== 'owner' && role !== 'platform_admin') throw new AppError('permission_denied');
    if (row.personal)
      throw new AppError('invalid_transition', {
        message: 'A personal organization stays with its account.',
      });
    await this.refuseProjects(ctx, id);
    if (confirm === undefined) {
      const effects = [{ effect: 'organization_members_removed', count: await this.members.count(ctx, id) }];
      const details = { action: 'delete', from: row.name, to: 'deleted', effects };
      throw new AppError('confirmation_required', { param: 'confirm', details });
    }
    if (confirm !== row.name)
      throw invalidField('confirm', 'does not confirm this', "Send the organization's exact name.");
    // From here on nobody makes a project in it.
    if (!(await this.organizations.hold(ctx, id))) throw new AppError('not_found');
    await this.refuseProjects(ctx, id);
    const count = await this.repository.delete(ctx, id, new Date());
    ctx.audit.change(organizationTarget(row), { name: row.name }, null);
    const members = memberTarget({ id: 'all' }, `${count} members`);
    ctx.audit.effect('organization.member_removed', members, null, { count });
    await this.cascades.rightsLost(ctx, { organizationId: id });
    return { id, deleted: true };
  }

  private async refuseProjects(ctx: RequestContext, id: string): Promise<void> {
    const count = (await this.figures.ofOrganizations(ctx, [id])).get(id)?.project_count ?? 0;
    if (count) throw new AppError('organization_not_empty', { details: { projects: count } });
  }
}
