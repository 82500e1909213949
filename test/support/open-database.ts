import type { DataSource, EntityTarget, MigrationInterface, ObjectLiteral } from 'typeorm';
import { parseDatabaseUrl } from '../../src/kernel/config/database-url.js';
import type { RequestContext } from '../../src/kernel/context/request-context.js';
import type { Database } from '../../src/kernel/database/database.js';
import { EventLog } from '../../src/kernel/database/event-log.port.js';
import { openDatabase, writerOptions } from '../../src/kernel/database/open-database.js';
import { UnitOfWork } from '../../src/kernel/database/unit-of-work.js';
import { WriterSource } from '../../src/kernel/database/writer-source.js';
import { freshDatabase } from './lane.js';

/** Works on the database at `url` past the application; `migrations` are those that the work may run or undo. */
export async function onDatabase<T>(
  url: string,
  work: (source: DataSource) => Promise<T>,
  migrations: (new () => MigrationInterface)[] = [],
): Promise<T> {
  const options = { ...writerOptions(parseDatabaseUrl(url)!), migrations };
  const source = await new WriterSource(options).initialize();
  try {
    return await work(source);
  } finally {
    await source.destroy();
  }
}

/** The kernel's database on a fresh one of this lane, for tests below HTTP. */
export interface OpenDatabase {
  readonly database: Database;
  /** Its units of work leave no entries in any event log. */
  readonly unitOfWork: UnitOfWork;
  drop(): Promise<void>;
}

/** Opens a fresh database with some of the application's tables; whoever asked for it drops it. */
export async function openFreshDatabase(
  entities: EntityTarget<ObjectLiteral>[],
  migrations: (new () => MigrationInterface)[],
): Promise<OpenDatabase> {
  const fresh = await freshDatabase();
  const options = writerOptions(parseDatabaseUrl(fresh.url)!);
  const source = new WriterSource(Object.assign(options, { entities, migrations }));
  const database = await openDatabase(await source.initialize());
  return {
    database,
    unitOfWork: new UnitOfWork(database, new NoEventLog()),
    drop: async () => {
      await database.close();
      await fresh.drop();
    },
  };
}

/** Does `work` in a unit of work of its own, which gives it the manager to write with. */
export function write<T>(
  { database, unitOfWork }: OpenDatabase,
  ctx: RequestContext,
  work: (manager: Awaited<ReturnType<Database['write']>>) => Promise<T>,
): Promise<T> {
  return unitOfWork.bookkeeping(ctx, async () => work(await database.write(ctx)));
}

class NoEventLog extends EventLog {
  override async append(): Promise<void> {}
}
