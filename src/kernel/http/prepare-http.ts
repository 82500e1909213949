import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import { parseJsonBody, refuseUnstorable } from './json-body.js';

/** Headers, body parsers and early refusals: everything between the socket and Nest. */
export async function prepareHttp(app: NestFastifyApplication, config: Config): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  await app.register(helmet, {
    // What the API answers is data: no page may load anything from it or frame it.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: config.publicUrl.startsWith('https:') ? { maxAge: 31_536_000 } : false,
  });
  if (config.corsOrigins.length) {
    app.enableCors({
      origin: config.corsOrigins,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: ['X-Request-Id', 'Retry-After', 'Idempotent-Replayed', ...LIMIT_HEADERS],
      maxAge: 600,
    });
  }
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    done(urlTrouble(request.raw.url ?? ''));
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
