import { ConfigError } from './kernel/config/config.js';
import { ListenError } from './kernel/errors/listen-error.js';

/** `EX_CONFIG` of sysexits.h. */
const CONFIG_EXIT = 78;

/**
 * Ends a process that could not start. What its operator can mend is said in plain lines; anything else comes
 * with its stack.
 */
export function endUnstarted(what: string, error: unknown): never {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    process.exit(CONFIG_EXIT);
  }
  process.stderr.write(`${what} could not start: ${described(error)}\n`);
  process.exit(1);
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof ListenError ? error.message : (error.stack ?? error.message);
}
