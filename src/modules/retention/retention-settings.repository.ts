import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { DEFAULT_DAYS, type RetentionDays } from './retention-days.js';
import { RetentionSettingsEntity } from './retention-settings.entity.js';

@Injectable()
export class RetentionSettingsRepository {
  constructor(private readonly database: Database) {}

  async of(ctx: RequestContext, projectId: string): Promise<RetentionDays> {
    return toDays(
      await this.database.read(ctx).findOneBy(RetentionSettingsEntity, { project_id: projectId }),
    );
  }

  /** The same; nobody else changes it until the unit of work ends. */
  async lock(ctx: RequestContext, projectId: string): Promise<RetentionDays> {
    const manager = await this.database.write(ctx);
    // The row may not be there yet; the project's is.
    if (this.database.kind !== 'sqlite')
      await manager.query('SELECT id FROM projects WHERE id = ? FOR UPDATE', [projectId]);
    return toDays(await this.database.lock(ctx, RetentionSettingsEntity, { project_id: projectId }));
  }

  async save(ctx: RequestContext, projectId: string, days: RetentionDays): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.upsert(RetentionSettingsEntity, { project_id: projectId, ...days }, ['project_id']);
  }
}

function toDays(row: RetentionSettingsEntity | null): RetentionDays {
  if (!row) return DEFAULT_DAYS;
  const { project_id: _, ...days } = row;
  return { ...days };
}
