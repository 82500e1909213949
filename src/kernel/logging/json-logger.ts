import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

/** Header fields and properties that may hold a secret; never printed. */
const REDACT = ['authorization', 'password', 'secret', 'token', 'cookie'].flatMap(name => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

/** Structured logs: one JSON object a line on standard output, secrets redacted. */
export class JsonLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(level: string) {
    this.pino = pino({
      level,
      formatters: { level: label => ({ level: label }) },
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: REDACT,
      serializers: { err: describeError },
    });
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes the context last; a stack or further message may stand between. */
  private write(
    level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = rest.at(-1);
    if (level === 'error' && STARTING.has(context)) return;
    // Nest tells of every route and module at start; that is for debugging.
    const quiet = level === 'info' && typeof context === 'string' && NEST_CONTEXTS.has(context);
    const fields = message !== null && typeof message === 'object' ? (message as object) : {};
    const between = rest.slice(0, -1).filter(part => part !== undefined);
    const text = typeof message === 'object' ? between.map(String).join(' ') : String(message);
    const detail = typeof message === 'object' ? undefined : between.map(String).join('\n') || undefined;
    this.pino[quiet ? 'debug' : level]({ context, detail, ...fields }, text || undefined);
  }
}

/** What is printed of an error. Its other properties may hold a query's parameters: hashes, tokens, sealed mails. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  const cause = error.cause === undefined ? undefined : describeError(error.cause);
  return { type: error.constructor.name, message: error.message, code, stack: error.stack, cause };
}

/** Where Nest tells of an error that ends the start, of which `endUnstarted` tells. */
const STARTING = new Set<unknown>(['ExceptionHandler', 'NestApplication']);
const NEST_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);
