import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { Buffers } from '../buffers/buffers.js';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { ListenError } from '../errors/listen-error.js';
import { methodLabel, routeLabel } from '../http/request-labels.js';
import { JobRunner } from '../jobs/job-runner.js';
import { Outbox } from '../outbox/outbox.js';
import { Meters } from './meters.js';
import { Metrics } from './metrics.js';

/**
 * Serves Prometheus metrics at `/metrics` on `METRICS_PORT`, a port of its own so that it can stay inside the
 * network. Without the setting nothing is counted and nothing listens.
 */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly metrics: Metrics | null;
  private server: Server | null = null;

  constructor(
    private readonly config: Config,
    database: Database,
    outbox: Outbox,
    jobs: JobRunner,
    buffers: Buffers,
    private readonly meters: Meters,
  ) {
    this.metrics =
      config.metricsPort === null
        ? null
        : new Metrics({
            databaseLoad: () => database.load(),
            outboxAgeSeconds: () => outbox.oldestPendingSeconds(),
            jobDepth: () => jobs.depth(),
            buffers: () => buffers.state(),
          });
  }

  /** Counts the requests of `fastify`; adds nothing to their way when metrics are off. */
  observe(fastify: FastifyInstance): void {
    const { metrics } = this;
    if (!metrics) return;
    fastify.addHook('onResponse', (request, reply, done) => {
      const seconds = reply.elapsedTime / 1000;
      metrics.observeRequest(methodLabel(request.method), routeLabel(request), reply.statusCode, seconds);
      if (reply.statusCode === 429) metrics.observeLimited(request.errorCode ?? 'unknown');
      done();
    });
  }

  /** @throws ListenError when the port is taken */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.metrics) return;
    this.server = createServer((request, response) => void this.answer(request, response));
    this.server.listen(this.config.metricsPort!, this.config.host);
    await once(this.server, 'listening').catch((error: Error) => {
      throw new ListenError('METRICS_PORT', error);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.server?.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    const registry = Registry.merge([this.metrics!.registry, this.meters.registry]);
    try {
      const text = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    } catch {
      response.writeHead(500).end();
    }
  }
}
