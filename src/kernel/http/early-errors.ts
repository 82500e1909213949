import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { newId } from '../database/ids.js';
import { AppError } from '../errors/app-error.js';
import type { ErrorCode } from '../errors/error-codes.js';
import { errorBody, sendError } from './error.filter.js';
import { securityHeaders } from './security-headers.js';

const CODES: Record<string, ErrorCode> = {
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
  FST_ERR_BAD_URL: 'invalid_encoding',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

/**
 * Fastify's options for what fails before any hook runs: answered in the form, and with the headers, of
 * every other error.
 */
export function earlyErrors(config: Config) {
  const headersOf = securityHeaders(config);
  return {
    /** A URL that the router cannot read, or with an id longer than any. */
    frameworkErrors(error: { code?: string }, request: FastifyRequest, reply: FastifyReply): void {
      void reply.headers({ ...headersOf(request.url), 'x-request-id': request.id });
      sendError(request, reply, toError(error));
    },
    /** What is not even HTTP: there is neither request nor reply, only the socket. */
    clientErrorHandler(error: Error & { code?: string }, socket: Socket): void {
      if (error.code === 'ECONNRESET' || socket.destroyed) return;
      if (socket.writable) socket.write(rawAnswer(toError(error), headersOf('/')));
      socket.destroy(error);
    },
  };
}

function toError({ code = '' }: { code?: string }): AppError {
  return new AppError(CODES[code] ?? 'malformed_request');
}

function rawAnswer(error: AppError, headers: Readonly<Record<string, string>>): string {
  const { status } = error.entry;
  const requestId = newId('req');
  const body = JSON.stringify(errorBody(error, requestId));
  const lines = Object.entries({
    ...headers,
    'x-request-id': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
