import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { decodeCursor, paginate } from '../../kernel/http/pagination.js';
import { searchedText } from '../../kernel/text/search.js';
import {
  type ListMedia,
  type Media,
  type MediaPage,
  type SignedMediaUrl,
  type SignMediaUrl,
  toMedia,
  type UpdateMedia,
} from './media.dto.js';
import type { MediaFileEntity, MediaStatus } from './media-file.entity.js';
import { MediaFileRepository } from './media-file.repository.js';
import { MediaQuota } from './media-quota.service.js';
import type { MediaTotals } from './media-totals.entity.js';
import { MediaTotalsRepository } from './media-totals.repository.js';
import { SignedUrls } from './signed-urls.js';

/** A project's files: listed, shown, changed. Uploads have a service of their own. */
@Injectable()
export class MediaService {
  constructor(
    private readonly files: MediaFileRepository,
    private readonly totals: MediaTotalsRepository,
    private readonly quota: MediaQuota,
    private readonly signatures: SignedUrls,
    private readonly config: Config,
  ) {}

  async list(ctx: RequestContext, projectId: string, query: ListMedia): Promise<MediaPage> {
    const rows = await this.files.newest(ctx, projectId, query, query.limit, decodeCursor(query.cursor));
    const { active, suspended, deleted, live_bytes } = await this.totals.of(ctx, projectId);
    const total = await this.files.count(ctx, projectId, query);
    return {
      ...paginate(rows, query.limit, total, row => this.shown(row)),
      counts: { all: active + suspended, active, suspended, deleted },
      total_size: live_bytes,
    };
  }

  /** @throws AppError `not_found` */
  async get(ctx: RequestContext, projectId: string, id: string): Promise<Media> {
    return this.shown(found(await this.files.find(ctx, projectId, id)));
  }

  /**
   * Renames a file, suspends it, makes it active again, restores it when it was deleted, or changes who may fetch it.
   * @throws AppError `not_found`, `invalid_transition`, `media_exists`, `media_quota_exceeded`
   */
  async update(ctx: RequestContext, projectId: string, id: string, input: UpdateMedia): Promise<Media> {
    const before = found(await this.files.lock(ctx, projectId, id));
    const status = input.status ?? before.status;
    const allowed = CHANGES[status as 'active' | 'suspended'] as readonly MediaStatus[] | undefined;
    if (!allowed?.includes(before.status))
      throw new AppError('invalid_transition', { details: { status: before.status } });
    if (before.status === 'deleted') await this.refuseTwin(ctx, before);
    const after = { ...before, ...input };
    await this.change(ctx, before, {
      ...after,
      search_text: searchedText(after.name),
      live_sha256: before.sha256,
      deleted_at: null,
    });
    ctx.audit.change(mediaTarget(after), editable(before), editable(after));
    return this.shown(after);
  }

  /** Deletes a file; its bytes stay until they are purged. @throws AppError `not_found`, `invalid_transition` */
  async delete(ctx: RequestContext, projectId: string, id: string): Promise<{ id: string; deleted: true }> {
    const before = found(await this.files.lock(ctx, projectId, id));
    if (before.status !== 'active' && before.status !== 'suspended')
      throw new AppError('invalid_transition', { details: { status: before.status } });
    const gone = { status: 'deleted' as const, live_sha256: null, deleted_at: new Date() };
    await this.change(ctx, before, { ...before, ...gone });
    ctx.audit.change(mediaTarget(before), editable(before), null);
    return { id, deleted: true };
  }

  /** An address under which a file is served for a while, whether public or private. @throws AppError `not_found`, `invalid_transition` */
  async sign(
    ctx: RequestContext,
    projectId: string,
    id: string,
    { expires_in }: SignMediaUrl,
  ): Promise<SignedMediaUrl> {
    const file = found(await this.files.find(ctx, projectId, id));
    if (file.status !== 'active')
      throw new AppError('invalid_transition', { details: { status: file.status } });
    return this.signatures.sign(file, expires_in);
  }

  /** The same bytes may have been uploaded since a file was deleted. @throws AppError `media_exists` */
  private async refuseTwin(ctx: RequestContext, { project_id, sha256 }: MediaFileEntity): Promise<void> {
    const twin = await this.files.findSame(ctx, project_id, sha256!);
    if (twin) throw new AppError('media_exists', { details: { id: twin.id } });
  }

  private async change(ctx: RequestContext, before: MediaFileEntity, after: MediaFileEntity): Promise<void> {
    const { id, project_id, ...values } = after;
    if (!(await this.files.updateWhile(ctx, id, [before.status], values)))
      throw new AppError('invalid_transition', { details: { status: before.status } });
    const moved = difference(before, after);
    if (Object.keys(moved).length > 0) await this.quota.add(ctx, project_id, moved);
  }

  private shown(row: MediaFileEntity): Media {
    return toMedia(row, this.config.publicUrl);
  }
}

/** From which statuses a file gets into each; renaming leaves it in its own. */
const CHANGES = { active: ['active', 'suspended', 'deleted'], suspended: ['active', 'suspended'] } as const;

const target = defineTarget('media', { name: ['media.name'] });

/** How a file stands in the event log. */
export function mediaTarget({ id, name }: Pick<MediaFileEntity, 'id' | 'name'>) {
  return target(id, name);
}

function found(file: MediaFileEntity | null): MediaFileEntity {
  if (!file) throw new AppError('not_found');
  return file;
}

function editable({ name, status, visibility }: MediaFileEntity) {
  return { name, status, visibility };
}

/** What a change of status changes of the project's sums. */
function difference(before: MediaFileEntity, after: MediaFileEntity): Partial<MediaTotals> {
  if (before.status === after.status) return {};
  const moved: Partial<MediaTotals> = {};
  for (const [{ status, size }, sign] of [
    [before, -1],
    [after, 1],
  ] as const) {
    const bytes = status === 'deleted' ? 'deleted_bytes' : 'live_bytes';
    moved[status as 'active' | 'suspended' | 'deleted'] = sign;
    moved[bytes] = (moved[bytes] ?? 0) + sign * size;
  }
  return moved;
}
