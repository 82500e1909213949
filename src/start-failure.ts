import { ConfigError } from './kernel/config/config.js';
import { DatabaseUnreachable } from './kernel/database/connect.js';
import { databaseMistake } from './kernel/database/database-errors.js';
import { DatabaseInUse } from './kernel/database/sqlite-lock.js';
import { ListenError } from './kernel/errors/listen-error.js';

/** `EX_CONFIG` of sysexits.h. */
const CONFIG_EXIT = 78;
/** How the file system says that a folder cannot be used. */
const FILE_ERRORS = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOSPC']);

/** What packages with a binary say when they have none that can be loaded. */
const LOADERS = [
  { name: 'better-sqlite3', says: 'Could not locate the bindings file' },
  { name: '@node-rs/argon2', says: 'Cannot find native binding' },
];

/**
 * Ends a process that could not start. A mistake in the configuration gets one line for each variable and exit code
 * 78, anything else that its operator can fix one line; other errors are printed with their stack.
 */
export function endUnstarted(what: string, error: unknown): never {
  const mistake = configMistake(error);
  const installation = unloadable(error) ?? inUse(error);
  process.stderr.write(
    `${mistake?.message ?? `${what} could not start: ${installation ?? described(error)}`}\n`,
  );
  process.exit(mistake || installation ? CONFIG_EXIT : 1);
}

/** The error as a mistake in the configuration, if it is one that its operator can fix; else null. */
export function configMistake(error: unknown): ConfigError | null {
  if (error instanceof ConfigError) return error;
  const inDatabase = databaseMistake(error);
  if (inDatabase) return new ConfigError([`DATABASE_URL: ${inDatabase}`]);
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  if (path === undefined || code === undefined || !FILE_ERRORS.has(code)) return null;
  return new ConfigError([`DATA_DIR: ${path} cannot be used (${code})`]);
}

/** What to do about a package that is not there, or whose binary was made for another Node or machine; null for other errors. */
export function unloadable(error: unknown): string | null {
  for (let one = error; one instanceof Error; one = one.cause) {
    const name = unloadablePackage(one);
    if (name)
      return (
        `${name} is not installed for Node ${process.version} on ${process.platform}-${process.arch}. ` +
        'Run `npm ci` (or `npm rebuild`) with the Node and on the machine that run the server.'
      );
  }
  return null;
}

function unloadablePackage({ code, message }: NodeJS.ErrnoException): string | null {
  if (code === 'ERR_DLOPEN_FAILED')
    return /.*\bnode_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(message)?.[1] ?? 'A native module';
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND')
    return /^Cannot find (?:module|package) '([^./'\\][^']*)'/.exec(message)?.[1] ?? null;
  return LOADERS.find(({ says }) => message.startsWith(says))?.name ?? null;
}

function inUse(error: unknown): string | null {
  if (!(error instanceof DatabaseInUse)) return null;
  return `${error.file} is in use by another server or command: stop that one, or give this one a DATA_DIR of its own.`;
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ListenError || error instanceof DatabaseUnreachable) return error.message;
  return error.stack ?? error.message;
}
