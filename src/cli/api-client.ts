import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

const PATIENCE_MS = 30_000;
const MOST_BYTES = 1_000_000;
const LOCAL = ['localhost', '127.0.0.1', '[::1]'];

/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Speaks to a server's API. The operator names it, so no address is refused; but secrets go by TLS, or stay on this machine. */
export class ApiClient {
  private readonly base: string;
  private readonly authorization: string;

  /**
   * `auth` is `api-key:<secret>` or the token of a session.
   * @throws Error for a URL that secrets cannot be sent to
   */
  constructor(url: string, auth: string) {
    const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
    if (protocol !== 'https:' && !(protocol === 'http:' && LOCAL.includes(hostname)))
      throw new Error('--url must be https, but for a server on this machine: keys are sent there.');
    this.base = url.replace(/\/+$/, '');
    this.authorization = auth.startsWith('api-key:')
      ? `Basic ${Buffer.from(auth).toString('base64')}`
      : `Bearer ${auth}`;
  }

  /** @throws Error when the server does not answer within half a minute */
  request(method: 'POST' | 'DELETE', path: string, body?: object): Promise<ApiAnswer> {
    const url = new URL(this.base + path);
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      authorization: this.authorization,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      'content-length': Buffer.byteLength(text),
    };
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(url, { method, headers, signal: AbortSignal.timeout(PATIENCE_MS) }, response => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          answer += piece;
          if (answer.length > MOST_BYTES) response.destroy(new Error(`${this.base} answers too much.`));
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode!, body: parsed(answer) }));
      });
      request.on('error', cause =>
        reject(new Error(`${this.base} does not answer: ${cause.message}`, { cause })),
      );
      request.end(text);
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
