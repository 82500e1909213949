import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import type { RequestContext } from '../context/request-context.js';
import { Database } from '../database/database.js';
import { JobProcess } from './job-process.entity.js';

@Injectable()
export class JobProcessRepository {
  constructor(private readonly database: Database) {}

  /** Notes that a process runs. */
  async sign(ctx: RequestContext, process: JobProcess): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.upsert(JobProcess, process, ['id']);
  }

  async forgetBefore(ctx: RequestContext, instant: Date): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.delete(JobProcess, { seen_at: LessThan(instant) });
  }

  /** When any process has last said that it runs; null when none ever has. */
  async lastSeen(ctx: RequestContext): Promise<Date | null> {
    const [last] = await this.database.read(ctx).find(JobProcess, { order: { seen_at: 'DESC' }, take: 1 });
    return last?.seen_at ?? null;
  }
}
