import { createRequire } from 'node:module';
import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';

const ANSWER_MS = 300;
const LONGEST_RECONNECT_MS = 500;
const LOG_EVERY_MS = 30_000;
const load = createRequire(__filename);

/**
 * A connection to Redis for what requests wait for: a command is answered within 300 ms or fails, at once
 * while Redis is away. Reconnects by itself.
 */
export class PromptRedis {
  readonly client: Redis;
  private readonly logger = new Logger('Redis');
  private answers = false;
  private connections = 0;
  private reconnectedAt = -Infinity;
  private loggedAt = -Infinity;

  /** `meanwhile` says in the log what happens while Redis does not answer. */
  constructor(
    url: string,
    private readonly meanwhile: string,
  ) {
    // Loaded with the first connection: a server that has no use for it starts without.
    const ioredis = load('ioredis') as typeof import('ioredis');
    this.client = new ioredis.Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: ANSWER_MS,
      connectTimeout: 2_000,
      retryStrategy: times => Math.min(times * 50, LONGEST_RECONNECT_MS),
    });
    this.client.on('ready', () => this.connected());
    this.client.on('close', () => (this.answers = false));
    this.client.on('error', (error: Error) => this.report(error));
  }

  /** Whether it is worth asking: not while Redis is away, nor from a failure until it is connected anew. */
  get answering(): boolean {
    return this.answers;
  }

  /** Whether the connection has been made anew within so many seconds: what Redis held may be gone or out of date. */
  isBackWithin(seconds: number): boolean {
    return Date.now() - this.reconnectedAt < seconds * 1000;
  }

  /** To be told when a command has failed: a connection that stays silent is as good as none, so begin anew. */
  failed(error: Error): void {
    this.report(error);
    if (this.answers) this.client.disconnect(true);
    this.answers = false;
  }

  close(): void {
    this.client.disconnect();
  }

  private connected(): void {
    this.answers = true;
    if (this.connections++ > 0) this.reconnectedAt = Date.now();
  }

  /** Logs that Redis does not answer, once in a while however many commands fail. */
  private report(error: Error): void {
    if (Date.now() - this.loggedAt < LOG_EVERY_MS) return;
    this.loggedAt = Date.now();
    this.logger.warn({ err: error }, `Redis does not answer; ${this.meanwhile}`);
  }
}
