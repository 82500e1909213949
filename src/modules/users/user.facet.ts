import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AnswersUserEffects, Effect, UserAction } from '../../kernel/facets/effects.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersSealedColumns } from '../../kernel/facets/sealed-columns.js';
import { SessionService } from './session.service.js';
import { TOTP_SEAL } from './totp.service.js';
import { UserService } from './user.service.js';

/** Accounts can be looked up by platform admins, and everybody's own; what ends an account ends its sessions. */
@Facet()
export class UserFacet implements AnswersLookups, AnswersUserEffects, AnswersSealedColumns {
  readonly sealedColumns = [
    { table: 'user_totps', key: 'user_id', column: 'sealed_secret', purpose: TOTP_SEAL },
  ] as const;

  readonly lookup = {
    prefix: 'usr',
    object: 'user',
    madeOf: [],
    permission: 'members:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly users: UserService,
    private readonly sessions: SessionService,
  ) {}

  async userEffects(ctx: RequestContext, userId: string, action: UserAction): Promise<Effect[]> {
    if (action === 'activate') return [];
    return [{ effect: 'sessions_ended', count: await this.sessions.countOf(ctx, userId) }];
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    if (!ctx.isPlatformAdmin && ctx.principal?.id !== id) return null;
    const user = await this.users.find(ctx, id);
    return (
      user && {
        id,
        projectId: null,
        name: user.email,
        url: ctx.isPlatformAdmin ? `/v1/users/${id}` : '/v1/me',
      }
    );
  }
}
