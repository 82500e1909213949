import { Injectable } from '@nestjs/common';
import { In, LessThan, Not } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { isUniqueViolation } from '../../kernel/database/database-errors.js';
import { instantForDriver } from '../../kernel/database/instants.js';
import { Lists } from '../../kernel/database/lists.js';
import { StaleRead } from '../../kernel/database/stale-read.js';
import { every, type Stretch } from '../../kernel/database/stretch.js';
import { contains } from '../../kernel/text/search.js';
import { MediaFileEntity, type MediaStatus, type MediaVisibility } from './media-file.entity.js';

/** What a list of files can be narrowed by. */
export interface MediaFilter {
  status?: Exclude<MediaStatus, 'discarded'>;
  /** A content type, or what stands before its slash. */
  type?: string;
  visibility?: MediaVisibility;
  q?: string;
}

/** What lists show unless asked for another status. */
const LIVE: MediaStatus[] = ['active', 'suspended'];

@Injectable()
export class MediaFileRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  find(ctx: RequestContext, projectId: string, id: string): Promise<MediaFileEntity | null> {
    const which = { id, project_id: projectId, status: Not('discarded' as const) };
    return this.database.read(ctx).findOneBy(MediaFileEntity, which);
  }

  findAnywhere(ctx: RequestContext, id: string): Promise<MediaFileEntity | null> {
    return this.database.read(ctx).findOneBy(MediaFileEntity, { id, status: Not('discarded' as const) });
  }

  /** The live file with these bytes. */
  findSame(ctx: RequestContext, projectId: string, sha256: string): Promise<MediaFileEntity | null> {
    const which = { project_id: projectId, live_sha256: sha256 };
    return this.database.read(ctx).findOneBy(MediaFileEntity, which);
  }

  /** The file, kept as it is by others until the unit of work ends. */
  async lock(ctx: RequestContext, projectId: string, id: string): Promise<MediaFileEntity | null> {
    const file = await this.database.lock(ctx, MediaFileEntity, { id, project_id: projectId });
    return file?.status === 'discarded' ? null : file;
  }

  /** Newest first, one row more than `limit`. */
  newest(
    ctx: RequestContext,
    projectId: string,
    filter: MediaFilter,
    limit: number,
    after: string | null,
  ): Promise<MediaFileEntity[]> {
    const stretches = stretchesOf(projectId, filter).map(stretch => ({ ...stretch, before: after }));
    return this.lists.newest(ctx, MediaFileEntity, stretches, limit + 1);
  }

  count(ctx: RequestContext, projectId: string, filter: MediaFilter): Promise<number> {
    return this.lists.total(ctx, stretchesOf(projectId, filter));
  }

  /** The size of the largest live file, in bytes; 0 when there is none. */
  async largest(ctx: RequestContext, projectId: string): Promise<number> {
    const sizes = await this.database.read(ctx).query<{ size: number | string }[]>(
      LIVE.map(
        (_, at) =>
          `SELECT * FROM (SELECT size FROM media_files WHERE project_id = ? AND status = ? ORDER BY size DESC LIMIT 1) s${at}`,
      ).join(' UNION ALL '),
      LIVE.flatMap(status => [projectId, status]),
    );
    return Math.max(0, ...sizes.map(({ size }) => Number(size)));
  }

  async insert(ctx: RequestContext, file: MediaFileEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(MediaFileEntity, file);
  }

  /**
   * Changes a file while it is in one of these statuses; false when it is in none.
   * @throws StaleRead when another live file of the project has the same bytes
   */
  async updateWhile(
    ctx: RequestContext,
    id: string,
    statuses: readonly MediaStatus[],
    changes: Partial<MediaFileEntity>,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    try {
      const which = { id, status: In([...statuses]) };
      return (await manager.update(MediaFileEntity, which, changes)).affected === 1;
    } catch (error) {
      throw isUniqueViolation(error) ? new StaleRead('the files of the project') : error;
    }
  }

  /** Discards a row that nobody looks after any more; false when somebody does again. */
  async discardAbandoned(
    ctx: RequestContext,
    id: string,
    status: MediaStatus,
    now: Date,
    changes: Partial<MediaFileEntity>,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { id, status, lease_until: LessThan(now) };
    return (await manager.update(MediaFileEntity, which, changes)).affected === 1;
  }

  /** Removes the row of a file whose bytes are gone. */
  async remove(ctx: RequestContext, id: string): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.delete(MediaFileEntity, { id, status: 'discarded' });
  }

  /** Files in one of these statuses that nobody looks after any more. */
  abandoned(ctx: RequestContext, status: MediaStatus, now: Date, limit: number): Promise<MediaFileEntity[]> {
    return this.database.read(ctx).find(MediaFileEntity, {
      where: { status, lease_until: LessThan(now) },
      order: { lease_until: 'ASC' },
      take: limit,
    });
  }

  /** Which of these files there are, whatever their status. */
  async present(ctx: RequestContext, ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.database
      .read(ctx)
      .find(MediaFileEntity, { select: { id: true }, where: { id: In([...ids]) } });
    return new Set(rows.map(({ id }) => id));
  }

  /** How many files of a project were deleted before `before`. */
  countDeleted(ctx: RequestContext, projectId: string, before: Date): Promise<number> {
    // Text, which both databases compare with an instant: conditions take no dates.
    const at = String(instantForDriver('sqlite', before));
    const deleted = { sql: 't.deleted_at < ?', parameters: [at] };
    return this.lists.count(ctx, [{ ...ofStatus(projectId, 'deleted'), where: deleted }]);
  }

  /** Those deleted first. */
  deletedBefore(
    ctx: RequestContext,
    projectId: string,
    before: Date,
    limit: number,
  ): Promise<MediaFileEntity[]> {
    return this.database.read(ctx).find(MediaFileEntity, {
      where: { project_id: projectId, status: 'deleted', deleted_at: LessThan(before) },
      order: { deleted_at: 'ASC' },
      take: limit,
    });
  }
}

/** A filter's rows in the order of the list, by the index that knows most of it. */
function stretchesOf(projectId: string, { status, type, visibility, q }: MediaFilter): Stretch[] {
  const now = String(instantForDriver('sqlite', new Date()));
  const further = every([
    // What a killed process was receiving is no more, though its row is there until the next sweep.
    status === 'processing' ? { sql: 't.lease_until > ?', parameters: [now] } : undefined,
    visibility && type ? { sql: 't.visibility = ?', parameters: [visibility] } : undefined,
    q ? contains('t.search_text', q) : undefined,
  ]);
  return (status ? [status] : LIVE).map(one => {
    const stretch = ofStatus(projectId, one);
    const { equal } = stretch;
    if (type) {
      const [index, column] = type.includes('/')
        ? ['media_files_type', 'content_type']
        : ['media_files_kind', 'kind'];
      return { ...stretch, index, equal: { ...equal, [column]: type }, where: further };
    }
    if (visibility)
      return { ...stretch, index: 'media_files_visibility', equal: { ...equal, visibility }, where: further };
    return { ...stretch, where: further };
  });
}

function ofStatus(projectId: string, status: MediaStatus): Stretch {
  return {
    table: 'media_files',
    index: 'media_files_list',
    id: 'id',
    equal: { project_id: projectId, status },
  };
}
