import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Injectable,
  Logger,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { databaseTrouble } from '../database/database-errors.js';
import { AppError } from '../errors/app-error.js';
import type { ErrorCode } from '../errors/error-codes.js';

/** The body of every error answer. */
export interface ErrorBody {
  error: {
    code: ErrorCode;
    type: string;
    message: string;
    param?: string;
    details?: Record<string, unknown>;
    retryable: boolean;
    request_id: string;
  };
}

/** What wants to know of refusals; the `auth` module writes them to the event log. */
export abstract class RefusalObserver {
  abstract refused(request: FastifyRequest, error: AppError): Promise<void>;
}

/** Turns whatever was thrown into the one error envelope. */
@Catch()
@Injectable()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Error');

  constructor(private readonly refusals: RefusalObserver) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = toAppError(thrown);
    // A flood would fill the server's log, too, and there is no fault to look for.
    if (error.entry.status >= 500 && error.code !== 'server_busy')
      this.logger.error({ request_id: request.id, code: error.code, err: error.cause ?? error });
    if (error.entry.status === 403) await this.refusals.refused(request, error);
    if (reply.sent) return;
    sendError(request, reply, error);
  }
}

/** Sends `error`; also for what fails before Nest is reached. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: AppError): void {
  request.errorCode = error.code;
  if (error.retryAfter !== undefined) void reply.header('Retry-After', String(error.retryAfter));
  if (error.allow) void reply.header('Allow', error.allow.join(', '));
  if (error.entry.status === 401) void reply.header('WWW-Authenticate', challengeFor(request));
  void reply
    .status(error.entry.status)
    .type('application/json; charset=utf-8')
    .send(errorBody(error, request.id));
}

const BEARER = 'Bearer realm="Bailiwick"';
const BASIC_OR_BEARER = `Basic realm="Bailiwick", charset="UTF-8", ${BEARER}`;

/** Offered Basic, a browser would interrupt the script that asks with a password window of its own. */
function challengeFor({ headers }: FastifyRequest): string {
  return headers['sec-fetch-dest'] === 'empty' ? BEARER : BASIC_OR_BEARER;
}

/** The envelope of an error. */
export function errorBody(error: AppError, requestId: string): ErrorBody {
  return {
    error: {
      code: error.code,
      type: error.entry.type,
      message: error.message,
      param: error.param,
      details: error.details,
      retryable: error.retryable,
      request_id: requestId,
    },
  };
}

/** The codes of refusals by Fastify, of which Nest keeps the status and the message only. */
const CODE_OF_STATUS: Record<number, ErrorCode> = {
  404: 'route_not_found',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};

/** The application's word for any error; what it does not know is `internal_error`. */
export function toAppError(thrown: unknown): AppError {
  const known = thrown instanceof AppError ? thrown : databaseTrouble(thrown);
  if (known) return known;
  const { statusCode } = (thrown ?? {}) as { statusCode?: number };
  const status = thrown instanceof HttpException ? thrown.getStatus() : statusCode;
  if (status === undefined || status < 400 || status >= 500)
    return new AppError('internal_error', { cause: thrown });
  return new AppError(CODE_OF_STATUS[status] ?? 'malformed_request', { cause: thrown });
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the error that was answered, for logs. */
    errorCode?: ErrorCode;
  }
}
