import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { ProjectChanges } from '../projects/project-changes.service.js';
import { ApiKeyRepository, type KeyUse } from './api-key.repository.js';
import type { KeyFacts } from './key-facts.js';

const FLUSH_MS = 500;

/** When keys were last used: the first use at once, later ones gathered and written twice a second. */
@Injectable()
export class KeyUsage implements OnApplicationBootstrap {
  private readonly logger = new Logger('KeyUsage');
  private pending = new Map<string, KeyUse>();
  private timer: NodeJS.Timeout | null = null;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly projects: ProjectChanges,
    private readonly units: UnitOfWork,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Writes what is left; when the process ends, after its last request. */
  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.flush();
  }

  /** Notes a use; it is written within half a second. */
  used(key: KeyFacts, ip: string | null): void {
    const noted = this.pending.get(key.id);
    if (!noted) {
      this.pending.set(key.id, useOf(key, ip));
      return;
    }
    noted.at = Date.now();
    if (ip !== null) noted.ip = ip;
    if (key.previousSecretUntil !== null) noted.previous = { at: noted.at, until: key.previousSecretUntil };
  }

  /** Writes a key's first use, and activates its project when it is still new. Runs before the answer is sent. */
  async usedFirst(ctx: RequestContext, key: KeyFacts): Promise<void> {
    await this.units.bookkeeping(ctx, () => this.keys.markUsed(ctx, key.id, useOf(key, ctx.ip)));
    if (key.project.status === 'new') await this.activate(ctx, key.project.id);
  }

  private async activate(ctx: RequestContext, projectId: string): Promise<void> {
    try {
      await this.units.run(ctx, { events: ['project.activated'] }, () =>
        this.projects.activateAtFirstCall(ctx, projectId),
      );
    } catch (error) {
      // Another call activated it a moment ago, or somebody suspended it: nothing to do.
      if (!(error instanceof AppError && error.code === 'invalid_transition')) throw error;
    }
  }

  private flush(): Promise<void> {
    this.flushing = this.flushing.then(() => this.write());
    return this.flushing;
  }

  private async write(): Promise<void> {
    if (this.pending.size === 0) return;
    const batch = this.pending;
    this.pending = new Map();
    const ctx = RequestContext.system('key-usage', newId('req'));
    try {
      await this.units.bookkeeping(ctx, async () => {
        for (const [id, use] of batch) await this.keys.markUsed(ctx, id, use);
      });
    } catch (error) {
      this.logger.warn(
        { err: error },
        'last uses of keys could not be written; keeping them for the next turn',
      );
      for (const [id, use] of batch) this.pending.set(id, merged(this.pending.get(id), use));
    }
  }
}

function useOf(key: KeyFacts, ip: string | null): KeyUse {
  const at = Date.now();
  const until = key.previousSecretUntil;
  return { at, ip, previous: until && { at, until } };
}

/** The later of two uses; that the secret before was used is not forgotten over the present one. */
function merged(later: KeyUse | undefined, earlier: KeyUse): KeyUse {
  if (!later) return earlier;
  return { ...later, ip: later.ip ?? earlier.ip, previous: later.previous ?? earlier.previous };
}
