import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { ProjectPairEntity } from './project-pair.entity.js';

/** The other project of a pair. */
export interface PairedProject {
  readonly id: string;
  readonly name: string;
}

/** Sandboxes and the production projects made from them. A pair lasts as long as neither is deleted. */
@Injectable()
export class ProjectPairRepository {
  constructor(private readonly database: Database) {}

  /** The other one of a project's pair, or null. */
  async of(ctx: RequestContext, projectId: string): Promise<PairedProject | null> {
    return (await this.productionOf(ctx, projectId)) ?? (await this.sandboxOf(ctx, projectId));
  }

  /** The production project of a sandbox, or null. */
  productionOf(ctx: RequestContext, sandboxId: string): Promise<PairedProject | null> {
    return this.other(ctx, 'production_id', 'sandbox_id', sandboxId);
  }

  private sandboxOf(ctx: RequestContext, productionId: string): Promise<PairedProject | null> {
    return this.other(ctx, 'sandbox_id', 'production_id', productionId);
  }

  /** Pairs a sandbox with the production project made from it, in place of one that was deleted. */
  async set(ctx: RequestContext, pair: ProjectPairEntity): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.delete(ProjectPairEntity, { sandbox_id: pair.sandbox_id });
    await manager.insert(ProjectPairEntity, pair);
  }

  private async other(
    ctx: RequestContext,
    wanted: 'sandbox_id' | 'production_id',
    known: 'sandbox_id' | 'production_id',
    id: string,
  ): Promise<PairedProject | null> {
    const sql = `SELECT p.id, p.name FROM project_pairs r JOIN projects p ON p.id = r.${wanted}
      WHERE r.${known} = ? AND p.status <> 'deleted'`;
    const [row] = await this.database.read(ctx).query<PairedProject[]>(sql, [id]);
    return row ?? null;
  }
}
