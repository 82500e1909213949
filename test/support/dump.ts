import { Buffers } from '../../src/kernel/buffers/buffers.js';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import type { TestServer } from './server.js';
import { waitFor } from './wait-for.js';

/** What every request leaves, whatever it does, as lines of the log and the meter; how far rounds are, and who runs them. */
const OF_REQUESTS = new Set([
  ...['request_logs', 'request_series', 'usage_hours', 'usage_days', 'usage_quotas'],
  ...['sqlite_sequence', 'retention_rounds', 'job_processes'],
]);
/** When somebody was last seen, and when webhooks are looked after next. */
const TIMES = new Set([
  ...['last_used_at', 'last_used_ip', 'previous_last_used_at', 'last_seen_at'],
  ...['next_due_at', 'leased_by', 'lease_until'],
]);

/** Every row of a database, with its table. */
export type Dump = ReadonlySet<string>;

/** The rows that only one of two dumps has. */
export function differences(one: Dump, other: Dump): string[] {
  const beyond = (a: Dump, b: Dump) => [...a].filter(row => !b.has(row));
  return [...beyond(one, other), ...beyond(other, one)];
}

/** Everything in the server's database, apart from what any request leaves, once no job works on it any more. */
export async function dumpOf({ app }: TestServer): Promise<Dump> {
  const database = app.get(Database);
  const query = <Row>(sql: string) =>
    database.read(RequestContext.reading('dump')).query<Row[]>(sql) as Promise<Row[]>;
  const count = async (sql: string) => Number((await query<{ found: unknown }>(sql))[0]!.found);
  // Refusals of before are told up to a minute later.
  await app.get(Buffers).flushAll();
  await waitFor('the jobs', async () => {
    const due = await count("SELECT COUNT(*) AS found FROM outbox WHERE status <> 'failed'");
    return due + (await count('SELECT COUNT(*) AS found FROM events WHERE hash IS NULL')) === 0;
  });
  const tables =
    database.kind === 'sqlite'
      ? await query<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
      : await query<{ name: string }>(
          'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
        );
  const dump = new Set<string>();
  for (const { name } of tables.filter(table => !OF_REQUESTS.has(table.name))) {
    for (const row of await query<Record<string, unknown>>(`SELECT * FROM ${name}`))
      dump.add(`${name} ${JSON.stringify(row, (key, value: unknown) => (TIMES.has(key) ? null : value))}`);
  }
  return dump;
}
