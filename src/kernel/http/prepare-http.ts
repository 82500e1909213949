import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import { parseJsonBody, refuseUnstorable } from './json-body.js';
import { securityHeaders } from './security-headers.js';

/** Headers, body parsers and early refusals: everything between the socket and Nest. */
export function prepareHttp(app: NestFastifyApplication, config: Config): void {
  const fastify = app.getHttpAdapter().getInstance();
  if (config.corsOrigins.length) {
    app.enableCors({
      origin: config.corsOrigins,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: ['X-Request-Id', 'Retry-After', 'Idempotent-Replayed'],
      maxAge: 600,
    });
  }
  const headersOf = securityHeaders(config);
  fastify.addHook('onRequest', (request, reply, done) => {
    const { url } = request;
    void reply.headers(headersOf(url)).header('x-request-id', request.id);
    done(urlTrouble(url));
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    parse(() => parseJsonBody(body as string), done);
  });
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      parse(() => Object.fromEntries(new URLSearchParams(body as string)), done);
    },
  );
}

function parse(read: () => unknown, done: (error: Error | null, value?: unknown) => void): void {
  try {
    done(null, read());
  } catch (error) {
    done(error as Error);
  }
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
