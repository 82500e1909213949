import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { touchesAccess } from '../../kernel/event-log/event-types.js';
import { ProjectService } from '../projects/project.service.js';
import type { MediaFileEntity } from './media-file.entity.js';
import { MediaFileRepository } from './media-file.repository.js';

/** How long, in milliseconds, it may take until what another process changed shows here. */
const LIVES_MS = 1_000;
const MOST = 10_000;

interface Remembered {
  readonly file: MediaFileEntity;
  readonly until: number;
}

/**
 * Which files are served: active ones, of projects that run. What was found is remembered for a second, so that a file
 * that many ask for costs one read a second, and forgotten at once when this process changes a file or a project. What
 * is not served is not remembered: strangers could fill the memory with it.
 */
@Injectable()
export class ServedFiles {
  private readonly ctx = RequestContext.reading('media.serve');
  private files = new Map<string, Remembered>();
  private readonly looking = new Map<string, Promise<MediaFileEntity | null>>();
  private generation = 0;

  constructor(
    private readonly repository: MediaFileRepository,
    private readonly projects: ProjectService,
    units: UnitOfWork,
  ) {
    units.onCommitted(({ type, effects }) => {
      const types = [type ?? '', ...effects.map(effect => effect.type)];
      if (types.some(one => one.startsWith('media.') || touchesAccess(one))) this.forget();
    });
  }

  /** The file, if it is remembered; undefined when it has to be looked for. */
  remembered(projectId: string, id: string): MediaFileEntity | undefined {
    const known = this.files.get(id);
    return known && known.until > Date.now() && known.file.project_id === projectId ? known.file : undefined;
  }

  /** The file, if it is served; many that ask at once cause one read. */
  find(projectId: string, id: string): Promise<MediaFileEntity | null> {
    const key = `${projectId}/${id}`;
    let looking = this.looking.get(key);
    if (!looking) {
      looking = this.look(projectId, id).finally(
        () => this.looking.get(key) === looking && this.looking.delete(key),
      );
      this.looking.set(key, looking);
    }
    return looking;
  }

  private async look(projectId: string, id: string): Promise<MediaFileEntity | null> {
    const { generation } = this;
    // A second from when it is asked: what a slow read brings is as old as its question.
    const until = Date.now() + LIVES_MS;
    const file = await this.repository.find(this.ctx, projectId, id);
    if (file?.status !== 'active' || !(await this.projects.running(this.ctx, [projectId])).has(projectId))
      return null;
    if (generation === this.generation) {
      if (this.files.size >= MOST) this.files = new Map();
      this.files.set(id, { file, until });
    }
    return file;
  }

  private forget(): void {
    this.generation++;
    this.files = new Map();
    this.looking.clear();
  }
}
