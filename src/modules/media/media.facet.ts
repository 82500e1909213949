import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AnswersProjectEffects, Effect } from '../../kernel/facets/effects.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersProjectFigures } from '../../kernel/facets/figures.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersPurging } from '../../kernel/facets/purging.js';
import { MediaFileRepository } from './media-file.repository.js';
import { MediaPurge } from './media-purge.service.js';
import { MediaTotalsRepository } from './media-totals.repository.js';

/** What media add to projects: how many files and bytes there are, how many an action stops, files by id, the purge of deleted ones. */
@Facet()
export class MediaFacet
  implements AnswersLookups, AnswersProjectFigures, AnswersProjectEffects, AnswersPurging
{
  readonly lookup = {
    prefix: 'med',
    object: 'media',
    madeOf: ['media.name'],
    permission: 'media:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  readonly purging: AnswersPurging['purging'];

  constructor(
    private readonly files: MediaFileRepository,
    private readonly totals: MediaTotalsRepository,
    purge: MediaPurge,
  ) {
    this.purging = { deleted_media: purge };
  }

  async projectFigures(ctx: RequestContext, projectIds: string[]) {
    const totals = await this.totals.ofEach(ctx, projectIds);
    return new Map(
      [...totals].map(([id, { active, suspended, live_bytes }]) => [
        id,
        { media_files: active + suspended, media_bytes: live_bytes },
      ]),
    );
  }

  async projectEffects(ctx: RequestContext, projectId: string, action: string): Promise<Effect[]> {
    if (action !== 'suspend' && action !== 'delete') return [];
    return [{ effect: 'media_files', count: (await this.totals.of(ctx, projectId)).active }];
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const file = await this.files.findAnywhere(ctx, id);
    if (!file) return null;
    const { project_id: projectId, name } = file;
    return { id, projectId, name, url: `/v1/projects/${projectId}/media/${id}` };
  }
}
