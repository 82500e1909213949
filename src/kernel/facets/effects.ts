import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';
import { Facets } from './facets.js';

/** One line of what an action would stop or reach, shown before it is confirmed. */
export interface Effect {
  readonly effect: string;
  readonly count: number;
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
