import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { newId } from '../database/ids.js';
import { AppError } from '../errors/app-error.js';
import type { ErrorCode } from '../errors/error-codes.js';
import { errorBody, sendError } from './error.filter.js';

/** What every answer carries; the hooks that add it elsewhere do not run for the answers below. */
const HEADERS = {
  'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Answers a URL that Fastify's router cannot read, or with an id longer than any, before any hook. */
export function answerBadUrl(error: { code?: string }, request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({ ...HEADERS, 'X-Request-Id': request.id });
  const code = error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? 'not_found' : 'invalid_encoding';
  sendError(request, reply, new AppError(code));
}

const CODES: Record<string, ErrorCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

/** Answers what is not even HTTP: there is neither request nor reply, only the socket. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(rawAnswer(new AppError(CODES[error.code ?? ''] ?? 'malformed_request')));
  socket.destroy(error);
}

function rawAnswer(error: AppError): string {
  const { status } = error.entry;
  const requestId = newId('req');
  const body = JSON.stringify(errorBody(error, requestId));
  const headers: Record<string, string | number> = {
    ...HEADERS,
    'X-Request-Id': requestId,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
