import { Injectable } from '@nestjs/common';
import {
  type HiddenAttributes,
  hiddenAttributes,
  NOTHING_HIDDEN,
} from '../../kernel/context/hidden-attributes.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { VisibilityRuleRepository } from './visibility-rule.repository.js';

/** Says what visibility rules hide from roles. That owners and admins see everything is for the caller to know. */
@Injectable()
export class HiddenFromRoles {
  constructor(private readonly rules: VisibilityRuleRepository) {}

  /** What is hidden, in one project, from whoever holds all of these roles: what any of them may not see. */
  async of(ctx: RequestContext, projectId: string, roleIds: string[]): Promise<HiddenAttributes> {
    const hidings = await this.rules.hidings(ctx, [projectId]);
    if (hidings.length === 0) return NOTHING_HIDDEN;
    return hiddenAttributes(
      hidings.filter(hiding => roleIds.includes(hiding.role_id)).map(hiding => hiding.attribute),
    );
  }

  /** What is hidden, in one project, from any role whatever. */
  async fromAnybody(ctx: RequestContext, projectId: string): Promise<HiddenAttributes> {
    return hiddenAttributes((await this.rules.hidings(ctx, [projectId])).map(({ attribute }) => attribute));
  }

  /** What is hidden from one role in each of many projects; projects where nothing is are left out. */
  async inProjects(
    ctx: RequestContext,
    roleOf: ReadonlyMap<string, string>,
  ): Promise<Map<string, HiddenAttributes>> {
    if (roleOf.size === 0) return new Map();
    const attributes = new Map<string, string[]>();
    for (const { project_id, role_id, attribute } of await this.rules.hidings(ctx, [...roleOf.keys()])) {
      if (roleOf.get(project_id) !== role_id) continue;
      attributes.set(project_id, [...(attributes.get(project_id) ?? []), attribute]);
    }
    return new Map([...attributes].map(([id, names]) => [id, hiddenAttributes(names)]));
  }
}
