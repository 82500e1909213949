import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { type Allowances, areAllowed, hostOf, whyNotAllowed } from './allowed-targets.js';
import { NameResolver } from './name-resolver.js';

/** How long a whole call may take, from the look-up of the name to the last byte of the answer. */
const DEADLINE_MS = 15_000;
/** How many bytes of an answer are taken. */
const MOST_BYTES = 64 * 1024;
const MOST_HEADER_BYTES = 16 * 1024;

/** A complete answer. */
export interface OutgoingAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: Buffer;
}

/** Why there is no complete answer; stable, since it is stored and shown. */
export type FailureReason =
  | 'address_not_allowed'
  | 'name_not_found'
  | 'connection_failed'
  | 'tls_failed'
  | 'timeout'
  | 'answer_too_large'
  | 'answer_incomplete'
  | 'answer_invalid';

/** A call that got no complete answer. Its message may be stored: it holds a reason and a code, never what was sent. */
export class OutgoingFailure extends Error {
  constructor(
    readonly reason: FailureReason,
    code?: string,
    /** What came of the answer's body. */
    readonly body: Buffer = Buffer.alloc(0),
  ) {
    super(code ? `${reason} (${code.slice(0, 80)})` : reason);
    this.name = 'OutgoingFailure';
  }
}

/**
 * The one client for calls to URLs that users name. It reaches public addresses only, by https, unless configured; which
 * address that is, is checked when it is connected to, so that a name cannot lead elsewhere the second time. It follows no
 * redirects, reuses no connections, verifies certificates, and takes 15 s and 64 kB at most.
 */
@Injectable()
export class OutgoingHttp {
  private readonly allowed: Allowances;
  /** In milliseconds; tests have less patience. */
  deadlineMs = DEADLINE_MS;

  constructor(
    config: Config,
    private readonly names: NameResolver,
  ) {
    this.allowed = { http: config.webhookAllowHttp, privateAddresses: config.webhookAllowPrivate };
  }

  /** Why calls to a URL are refused, a sentence whose subject is the URL; null when nothing speaks against it. */
  whyRefused(url: string): string | null {
    return whyNotAllowed(new URL(url), this.allowed);
  }

  /** Posts `body`. A redirect is an answer like any other. @throws OutgoingFailure when there is no complete answer */
  async post(url: string, headers: Record<string, string>, body: string): Promise<OutgoingAnswer> {
    const target = new URL(url);
    if (whyNotAllowed(target, this.allowed) !== null) throw new OutgoingFailure('address_not_allowed');
    const taken = new Taken();
    try {
      return await this.send(target, headers, body, taken);
    } catch (error) {
      throw error instanceof OutgoingFailure ? error : failureOf(error as Error, taken);
    }
  }

  private send(target: URL, headers: Record<string, string>, body: string, taken: Taken) {
    const bytes = Buffer.from(body);
    return new Promise<OutgoingAnswer>((resolve, reject) => {
      const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, {
        method: 'POST',
        host: hostOf(target),
        headers: { ...headers, 'content-length': bytes.length, connection: 'close' },
        agent: false,
        lookup: this.lookup,
        rejectUnauthorized: true,
        maxHeaderSize: MOST_HEADER_BYTES,
        signal: AbortSignal.timeout(this.deadlineMs),
      });
      request.on('error', reject);
      request.on('response', response => {
        taken.from(response).then(resolve, error => {
          reject(error as Error);
          request.destroy();
        });
      });
      // Where a receiver talks another protocol from here on, nobody would listen.
      request.on('upgrade', (_, socket) => {
        socket.destroy();
        reject(new OutgoingFailure('answer_invalid', 'UPGRADE'));
      });
      request.end(bytes);
    });
  }

  /** Looks a name up for the connection that is about to be made, and refuses where it may not go. */
  private readonly lookup: LookupFunction = (host, options, callback) => {
    this.names.resolve(host).then(
      addresses => {
        if (!areAllowed(addresses, this.allowed)) {
          callback(new OutgoingFailure('address_not_allowed'), '', 0);
        } else if (options.all) callback(null, addresses);
        else callback(null, addresses[0]!.address, addresses[0]!.family);
      },
      (error: NodeJS.ErrnoException) => callback(new OutgoingFailure('name_not_found', error.code), '', 0),
    );
  };
}

/** What has come of an answer. */
class Taken {
  private readonly chunks: Buffer[] = [];
  private size = 0;
  begun = false;

  get body(): Buffer {
    return Buffer.concat(this.chunks);
  }

  async from(response: IncomingMessage): Promise<OutgoingAnswer> {
    this.begun = true;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      const room = MOST_BYTES - this.size;
      this.chunks.push(chunk.subarray(0, room));
      this.size += chunk.length;
      if (chunk.length > room) throw new OutgoingFailure('answer_too_large', undefined, this.body);
    }
    if (!response.complete) throw new OutgoingFailure('answer_incomplete', undefined, this.body);
    return {
      status: response.statusCode!,
      retryAfter: response.headers['retry-after'] ?? null,
      body: this.body,
    };
  }
}

const TLS_CODE = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH)/;

function failureOf(error: NodeJS.ErrnoException, { begun, body }: Taken): OutgoingFailure {
  const { name, code = 'UNKNOWN', cause } = error;
  if (name === 'TimeoutError' || (name === 'AbortError' && code === 'ABORT_ERR'))
    return new OutgoingFailure('timeout', undefined, body);
  if (cause instanceof OutgoingFailure) return cause;
  if (code.startsWith('HPE_')) return new OutgoingFailure('answer_invalid', code, body);
  if (TLS_CODE.test(code)) return new OutgoingFailure('tls_failed', code);
  return new OutgoingFailure(begun ? 'answer_incomplete' : 'connection_failed', code, body);
}
