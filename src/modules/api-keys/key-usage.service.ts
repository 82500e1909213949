import { Injectable } from '@nestjs/common';
import type { Buffer } from '../../kernel/buffers/buffer.js';
import { Buffers } from '../../kernel/buffers/buffers.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { ProjectChanges } from '../projects/project-changes.service.js';
import { ApiKeyRepository, type KeyUse } from './api-key.repository.js';
import type { KeyFacts } from './key-facts.js';

/** When keys were last used: the first use at once, later ones gathered and written within a second. */
@Injectable()
export class KeyUsage {
  private readonly uses: Buffer<KeyUse>;

  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly projects: ProjectChanges,
    private readonly units: UnitOfWork,
    buffers: Buffers,
  ) {
    this.uses = buffers.make<KeyUse>({
      name: 'key_uses',
      gatherMs: 600,
      batch: 64,
      most: 100_000,
      write: uses => this.write(uses),
    });
  }

  /** Notes a use; it is written a little later. */
  used(key: KeyFacts, ip: string | null): void {
    this.uses.note(
      key.id,
      () => useOf(key, ip),
      use => {
        use.at = Date.now();
        if (ip !== null) use.ip = ip;
        if (key.previousSecretUntil !== null) use.previous = { at: use.at, until: key.previousSecretUntil };
      },
    );
  }

  /** Writes a key's first use, and activates its project when it is still new. Runs before the answer is sent. */
  async usedFirst(ctx: RequestContext, key: KeyFacts): Promise<void> {
    await this.write([useOf(key, ctx.ip)]);
    if (key.project.status === 'new') await this.activate(ctx, key.project.id);
  }

  private write(uses: readonly KeyUse[]): Promise<void> {
    return this.units.writeBehind(batch => this.keys.markUsed(batch, uses));
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
}

function useOf(key: KeyFacts, ip: string | null): KeyUse {
  const at = Date.now();
  const until = key.previousSecretUntil;
  return { id: key.id, at, ip, previous: until && { at, until } };
}
