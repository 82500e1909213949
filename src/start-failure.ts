import { ConfigError } from './kernel/config/config.js';
import { databaseMistake } from './kernel/database/database-errors.js';
import { ListenError } from './kernel/errors/listen-error.js';

/** `EX_CONFIG` of sysexits.h. */
const CONFIG_EXIT = 78;
/** How the file system says that a folder cannot be used. */
const FILE_ERRORS = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOSPC']);

/**
 * Ends a process that could not start. A mistake in the configuration gets one line for each variable and exit code
 * 78, anything else that its operator can fix one line; other errors are printed with their stack.
 */
export function endUnstarted(what: string, error: unknown): never {
  const mistake = configMistake(error);
  if (mistake) {
    process.stderr.write(`${mistake.message}\n`);
    process.exit(CONFIG_EXIT);
  }
  process.stderr.write(`${what} could not start: ${described(error)}\n`);
  process.exit(1);
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

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ListenError) return error.message;
  // A server that cannot be reached says so by its code; its trace leads nowhere.
  if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return error.message;
  return error.stack ?? error.message;
}
