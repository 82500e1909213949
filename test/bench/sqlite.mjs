import { createRequire } from 'node:module';

const nodeMajor = Number.parseInt(process.versions.node, 10);

/** better-sqlite3 as the server takes it; `src/kernel/database/sqlite-driver.ts` says why there are two. */
export const Sqlite = createRequire(import.meta.url)(
  nodeMajor >= 24 ? 'better-sqlite3-napi' : 'better-sqlite3',
);
