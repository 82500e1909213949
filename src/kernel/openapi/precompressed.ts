import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

const [brotlied, gzipped] = [promisify(brotliCompress), promisify(gzip)];
/** Of eleven: half a second for the largest script, in a thread of its own, and within a tenth of the best. */
const BROTLI_QUALITY = 9;

type Encoding = 'br' | 'gzip' | 'identity';

/** Bytes that stay the same as long as the process runs, compressed once, when they are first asked for. */
export class Precompressed {
  private variants: Promise<Record<Encoding, Buffer>> | undefined;
  private etag = '';

  /** `load` answers the bytes; it is called once. */
  constructor(
    readonly type: string,
    private readonly load: () => Promise<Buffer | string> | Buffer | string,
  ) {}

  /** Answers in the best encoding that the client takes (RFC 9110, 12.5.3), or 304 when it has them already. */
  async send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const encoding = encodingFor(request.headers['accept-encoding']);
    const bytes = (await this.compressed())[encoding];
    // One tag for each encoding, since their bytes differ.
    const etag = `"${this.etag}-${encoding}"`;
    void reply.headers({ etag, vary: 'accept-encoding', 'cache-control': 'no-cache' });
    if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
    if (encoding !== 'identity') void reply.header('content-encoding', encoding);
    return reply.type(this.type).send(bytes);
  }

  /** The bytes as they are. */
  async bytes(): Promise<Buffer> {
    return (await this.compressed()).identity;
  }

  private compressed(): Promise<Record<Encoding, Buffer>> {
    this.variants ??= this.compress().catch((error: unknown) => {
      this.variants = undefined;
      throw error;
    });
    return this.variants;
  }

  private async compress(): Promise<Record<Encoding, Buffer>> {
    const identity = Buffer.from(await this.load());
    this.etag = createHash('sha256').update(identity).digest('base64url').slice(0, 22);
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: identity.length,
    };
    const [br, gz] = await Promise.all([brotlied(identity, { params }), gzipped(identity)]);
    return { br, gzip: gz, identity };
  }
}

/** The first of ours that `Accept-Encoding` names, or `*`, without refusing it by `q=0`. */
function encodingFor(accepted = ''): Encoding {
  const weights = new Map(
    accepted.split(',').map(part => {
      const [name = '', ...parameters] = part.split(';').map(piece => piece.trim().toLowerCase());
      const q = parameters.find(parameter => parameter.startsWith('q='));
      return [name, q === undefined ? 1 : Number(q.slice(2))] as const;
    }),
  );
  return (
    (['br', 'gzip'] as const).find(name => (weights.get(name) ?? weights.get('*') ?? 0) > 0) ?? 'identity'
  );
}

/** Whether `If-None-Match` names the tag; compared weakly, as RFC 9110, 13.1.2, wants it. */
function matches(header: string | undefined, etag: string): boolean {
  return (header ?? '')
    .split(',')
    .map(tag => tag.trim().replace(/^W\//, ''))
    .some(tag => tag === '*' || tag === etag);
}
