import { createRequire } from 'node:module';

const NODE_MAJOR = Number.parseInt(process.versions.node, 10);
const NAME = NODE_MAJOR >= 24 ? 'better-sqlite3-napi' : 'better-sqlite3';
const load = createRequire(__filename);

/**
 * The better-sqlite3 for this Node. 12 is the last that runs on Node 20; compiled with the headers of Node 24.19
 * and later, it aborts the process when a statement is collected as garbage (nodejs/node#65446). 13 is free of that,
 * and needs Node 22.14. npm leaves it out on Node 20; once that is no longer supported, 13 alone will do.
 */
export function sqliteDriver(): unknown {
  return load(NAME);
}

/** Where a thread finds it. */
export function sqliteDriverPath(): string {
  return load.resolve(NAME);
}
