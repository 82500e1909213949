import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';
import type { AuditRecord } from '../event-log/audit-record.js';
import type { EventType } from '../event-log/event-types.js';
import { Facets } from './facets.js';

/** One line of what an action would stop or reach, shown before it is confirmed. */
export interface Effect {
  readonly effect: string;
  readonly count: number;
  /** When it happens, if not at once. */
  readonly at?: string;
  /** The permissions it is about. */
  readonly permissions?: readonly string[];
}

/** What a platform admin can do to an account. */
export type UserAction = 'suspend' | 'activate' | 'delete' | 'reset-password' | 'reset-totp';

/** A facet that knows what actions on a project would stop or reach. */
export interface AnswersProjectEffects {
  /** `action` is one of the settings: `suspend`, `delete`, … */
  projectEffects(ctx: RequestContext, projectId: string, action: string): Promise<Effect[]>;
}

/** A facet that knows what actions on a user's account would stop or reach. */
export interface AnswersUserEffects {
  userEffects(ctx: RequestContext, userId: string, action: UserAction): Promise<Effect[]>;
}

/** A facet that knows what mutations would stop or reach. */
export interface AnswersMutationEffects {
  /**
   * What a mutation that would leave `record` does to the module's own things, cascades included; see {@link countOf}.
   * It was undone: what is read is as it was before.
   */
  mutationEffects(ctx: RequestContext, record: AuditRecord): Promise<Effect[]>;
}

/** Asks every module what an action would stop or reach. What counts zero is left out. */
@Injectable()
export class Effects {
  constructor(private readonly facets: Facets) {}

  ofProject(ctx: RequestContext, projectId: string, action: string): Promise<Effect[]> {
    const answerers = this.facets.answering<AnswersProjectEffects>('projectEffects');
    return collect(answerers, facet => facet.projectEffects(ctx, projectId, action));
  }

  ofUser(ctx: RequestContext, userId: string, action: UserAction): Promise<Effect[]> {
    const answerers = this.facets.answering<AnswersUserEffects>('userEffects');
    return collect(answerers, facet => facet.userEffects(ctx, userId, action));
  }

  /** `record` is what the mutation would leave in the event log; see `UnitOfWork.preview`. */
  ofMutation(ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    const answerers = this.facets.answering<AnswersMutationEffects>('mutationEffects');
    return collect(answerers, facet => facet.mutationEffects(ctx, record));
  }
}

/** How many things of a kind a mutation does something to by cascade: `type` is what, `target` of which kind they are. */
export function countOf({ effects }: AuditRecord, type: EventType, target: string): number {
  return effects
    .filter(effect => effect.type === type && effect.target.type === target)
    .reduce((sum, { changes }) => sum + Number(changes?.count?.after ?? 1), 0);
}

/** What all answerers say, in their order; what counts zero is left out. */
export async function collect<A>(
  answerers: readonly A[],
  ask: (answerer: A) => Promise<Effect[]>,
): Promise<Effect[]> {
  const all: Effect[] = [];
  for (const answerer of answerers) all.push(...(await ask(answerer)));
  return all.filter(({ count }) => count > 0);
}
