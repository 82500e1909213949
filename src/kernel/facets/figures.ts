import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';
import { Facets } from './facets.js';

/** Figures of a project that lists and records show. */
export type ProjectFigure =
  | 'team_size'
  | 'api_key_count'
  | 'serving_keys'
  | 'customer_count'
  | 'webhook_targets'
  | 'threshold_alerts'
  | 'media_files'
  | 'media_bytes';

/** Figures of an organization that its card shows. */
export type OrganizationFigure = 'project_count' | 'api_key_count' | 'customer_count';

/** Some figures of each object, by its id. */
export type FiguresById<Figure extends string> = Map<string, Partial<Record<Figure, number>>>;

/** A facet that has figures of projects: of many at once, by one query. */
export interface AnswersProjectFigures {
  projectFigures(ctx: RequestContext, projectIds: string[]): Promise<FiguresById<ProjectFigure>>;
}

/** A facet that has figures of organizations: of many at once, by one query. */
export interface AnswersOrganizationFigures {
  organizationFigures(
    ctx: RequestContext,
    organizationIds: string[],
  ): Promise<FiguresById<OrganizationFigure>>;
}

/** Asks every module for figures. The answers have an entry for each id that was asked for. */
@Injectable()
export class Figures {
  constructor(private readonly facets: Facets) {}

  ofProjects(ctx: RequestContext, ids: string[]): Promise<FiguresById<ProjectFigure>> {
    const answerers = this.facets.answering<AnswersProjectFigures>('projectFigures');
    return merge(ids, answerers, facet => facet.projectFigures(ctx, ids));
  }

  ofOrganizations(ctx: RequestContext, ids: string[]): Promise<FiguresById<OrganizationFigure>> {
    const answerers = this.facets.answering<AnswersOrganizationFigures>('organizationFigures');
    return merge(ids, answerers, facet => facet.organizationFigures(ctx, ids));
  }
}

async function merge<A, Figure extends string>(
  ids: string[],
  answerers: readonly A[],
  ask: (answerer: A) => Promise<FiguresById<Figure>>,
): Promise<FiguresById<Figure>> {
  const all: FiguresById<Figure> = new Map(ids.map(id => [id, {}]));
  if (ids.length === 0) return all;
  for (const answerer of answerers) {
    for (const [id, figures] of await ask(answerer)) Object.assign(all.get(id) ?? {}, figures);
  }
  return all;
}
