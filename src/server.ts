import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Config } from './kernel/config/config.js';
import { newId } from './kernel/database/ids.js';
import { logAccess } from './kernel/http/access-log.js';
import { earlyErrors } from './kernel/http/early-errors.js';
import { keepRequestsYoung } from './kernel/http/hot-path/young-requests.js';
import { BODY_LIMIT } from './kernel/http/json-body.js';
import type { Patience } from './kernel/http/patience.js';
import { prepareHttp } from './kernel/http/prepare-http.js';
import { JsonLogger } from './kernel/logging/json-logger.js';
import { MetricsServer } from './kernel/metrics/metrics-server.js';
import { serveDocs } from './kernel/openapi/docs-page.js';
import { DeclaredRoutes } from './kernel/routes/declared-routes.js';
import { Visibility } from './kernel/visibility/visibility.js';
import { UsageHook } from './modules/auth/usage.hook.js';

const PATIENCE: Patience = { request: 30_000, idle: 60_000 };

/** Routes have zod's schemas. What compiles Fastify's own is large, and loaded unless it is replaced. */
const NO_FASTIFY_SCHEMAS = { buildValidator: refuseSchema, buildSerializer: refuseSchema };

/** Builds the HTTP server, migrated and ready to listen. */
export async function createServer(
  config: Config,
  patience: Patience = PATIENCE,
): Promise<NestFastifyApplication> {
  keepRequestsYoung();
  const adapter = new FastifyAdapter({
    genReqId: () => newId('req'),
    trustProxy: config.trustProxy.length ? config.trustProxy : false,
    bodyLimit: BODY_LIMIT,
    // Node knows one deadline for all bodies; `endLateBodies` has another for those that are streamed.
    requestTimeout: 0,
    keepAliveTimeout: patience.idle,
    // Of a client that takes nothing of an answer.
    connectionTimeout: 2 * patience.request + patience.idle,
    http: {
      headersTimeout: patience.request,
      connectionsCheckingInterval: Math.ceil(patience.request / 10),
    },
    // A customer's id of 255 characters, each of which may take twelve when percent-encoded.
    routerOptions: { maxParamLength: 3_100 },
    forceCloseConnections: 'idle',
    // Said by a hook of `prepareHttp`, in the form of every other error.
    return503OnClosing: false,
    schemaController: { compilersFactory: NO_FASTIFY_SCHEMAS },
    ...earlyErrors(config),
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forHttp(config), adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new JsonLogger(config.logLevel),
  });
  const outside = [...app.get(DeclaredRoutes)].filter(route => route.outsideV1);
  app.setGlobalPrefix('v1', { exclude: [...new Set(outside.map(route => route.path))] });
  prepareHttp(app, config, patience);
  serveDocs(app);
  app.get(Visibility).attach(adapter.getInstance());
  app.get(UsageHook).attach(adapter.getInstance());
  app.get(MetricsServer).observe(adapter.getInstance());
  if (config.accessLog) logAccess(adapter.getInstance());
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  await app.init();
  return app;
}

function refuseSchema(): never {
  throw new Error('A route has a schema of Fastify: give its handler one of zod.');
}
