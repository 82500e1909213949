import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from './wait-for.js';

/** A request that a receiver of webhooks got. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it was sent: what signatures are of. */
  readonly text: string;
  readonly body: any;
}

/** How a receiver answers: a status, or by hand. */
export type Reply = number | ((response: ServerResponse, received: Received) => void);

/** A receiver of webhooks on this machine. */
export class WebhookSink {
  readonly received: Received[] = [];
  /** By path; 200 for paths that are not among them. */
  readonly replies = new Map<string, Reply>();

  private constructor(private readonly server: Server) {}

  static async open(): Promise<WebhookSink> {
    const server = createServer();
    const sink = new WebhookSink(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        sink.take({ path: request.url!, headers: request.headers, text, body: JSON.parse(text) }, response);
      });
    });
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
    return sink;
  }

  url(path = '/hook'): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** What came to a path so far. */
  at(path: string): Received[] {
    return this.received.filter(received => received.path === path);
  }

  /** Waits until so many have come to a path, and returns them. */
  async waitFor(path: string, count = 1): Promise<Received[]> {
    const came = () => (this.at(path).length >= count ? this.at(path) : null);
    return waitFor(`${count} webhooks at ${path}`, came);
  }

  async close(): Promise<void> {
    const closed = new Promise(resolve => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private take(received: Received, response: ServerResponse): void {
    this.received.push(received);
    const reply = this.replies.get(received.path) ?? 200;
    if (typeof reply === 'function') reply(response, received);
    else response.writeHead(reply).end('ok');
  }
}
