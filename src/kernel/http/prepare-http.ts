import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import { rememberAddresses } from './client-address.js';
import { drainOnClose } from './drain.js';
import { soundForwardedFor } from './forwarded-for.js';
import { serializeOnce } from './hot-path/serialize-once.js';
import { handleTogether } from './hot-path/together.js';
import { decodeBody, parseJsonBody, refuseUnstorable } from './json-body.js';
import { KnownRoutes } from './known-routes.js';
import { endLateBodies, type Patience } from './patience.js';
import { securityHeaders } from './security-headers.js';
import { takesStream } from './streamed-route.js';

/** Headers, body parsers and early refusals: everything between the socket and Nest. */
export function prepareHttp(app: NestFastifyApplication, config: Config, patience: Patience): void {
  const fastify = app.getHttpAdapter().getInstance();
  rememberAddresses(fastify);
  endLateBodies(fastify, patience);
  handleTogether(fastify);
  serializeOnce(fastify);
  if (config.corsOrigins.length) {
    app.enableCors({
      origin: config.corsOrigins,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      // Request headers need no list: which ones a preflight names, it may send.
      exposedHeaders: [
        'X-Request-Id',
        'WWW-Authenticate',
        'Retry-After',
        'Idempotent-Replayed',
        ...LIMIT_HEADERS,
      ],
      maxAge: 600,
    });
  }
  const closing = drainOnClose(fastify);
  const routes = new KnownRoutes();
  routes.observe(fastify);
  const headersOf = securityHeaders(config);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { url } = request;
    void reply.headers(headersOf(url)).header('x-request-id', request.id);
    if (config.trustProxy.length) soundForwardedFor(request.raw.headers);
    if (closing()) return done(new AppError('shutting_down', { retryAfter: 5 }));
    done(
      urlTrouble(url) ??
        encodingTrouble(request) ??
        duplicateTrouble(request) ??
        takeKeyHeader(request) ??
        (request.is404 ? routes.trouble(request) : undefined),
    );
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    parse(() => parseJsonBody(decodeBody(body as Buffer)), done);
  });
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    (request, body, done) => {
      parse(() => parseForm(request, body as Buffer), done);
    },
  );
  fastify.addContentTypeParser('*', (request, _body, done) => {
    done(takesStream(request) ? null : new AppError('unsupported_media_type'));
  });
}

/** What an answer to an API key says of its organization's quota. */
const LIMIT_HEADERS = [
  'RateLimit',
  'RateLimit-Policy',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Requests-Limit',
  'X-RateLimit-Requests-Remaining',
];

function parse(read: () => unknown, done: (error: Error | null, value?: unknown) => void): void {
  try {
    done(null, read());
  } catch (error) {
    done(error as Error);
  }
}

/** Forms are for the pages behind mail links; the API itself takes JSON. */
function parseForm(request: FastifyRequest, body: Buffer): unknown {
  if (request.routeOptions.url?.startsWith('/v1/')) throw new AppError('unsupported_media_type');
  return Object.fromEntries(new URLSearchParams(decodeBody(body)));
}

/** Bodies are taken as they are; a compressed one could unfold to any size. */
function encodingTrouble({ headers }: FastifyRequest): AppError | undefined {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding.trim().toLowerCase() === 'identity') return undefined;
  return new AppError('unsupported_media_type', {
    message: 'Send the body without Content-Encoding: compressed bodies are not accepted.',
  });
}

/** Of two, Node would keep the first in silence, and a proxy might have looked at the other. */
function duplicateTrouble({ raw }: FastifyRequest): AppError | undefined {
  let found = 0;
  for (let at = 0; at < raw.rawHeaders.length; at += 2) {
    const name = raw.rawHeaders[at]!;
    if (name.length === 13 && name.toLowerCase() === 'authorization') found++;
  }
  if (found < 2) return undefined;
  return new AppError('malformed_request', { message: 'Send one Authorization header.' });
}

/** Takes `X-API-Key: <secret>` for what it stands for: Basic Auth with the user `api-key`. */
function takeKeyHeader({ raw: { headers } }: FastifyRequest): AppError | undefined {
  const secret = headers['x-api-key'];
  if (secret === undefined) return undefined;
  if (headers.authorization !== undefined)
    return new AppError('malformed_request', { message: 'Send X-API-Key or Authorization, not both.' });
  headers.authorization = `Basic ${Buffer.from(`api-key:${String(secret)}`).toString('base64')}`;
  return undefined;
}

/** NUL, half surrogates and broken percent-encoding are refused wherever they stand in a URL. */
function urlTrouble(url: string): AppError | undefined {
  if (!url.includes('%')) return undefined;
  try {
    refuseUnstorable(decodeURIComponent(url));
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error : new AppError('invalid_encoding');
  }
}
