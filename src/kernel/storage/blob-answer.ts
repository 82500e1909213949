import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors/app-error.js';
import type { BlobStorage } from './blob-storage.js';
import { matches, rangeOf } from './byte-range.js';

/** A blob on its way to a client. */
export interface AnsweredBlob {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  /** In hexadecimal; the entity tag is the same. */
  readonly sha256: string;
  readonly cacheControl: string;
  /** What else is said of it: its type, under which name it is saved. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Answers a GET or HEAD with a blob, or with the part of it that was asked for: a single `Range`, `If-Range`,
 * `If-None-Match` (RFC 9110). `beforeBytes` is waited for once there is something to send, before any of it is sent.
 * False when the storage has no such blob; then nothing has been sent.
 * @throws AppError `range_not_satisfiable`, `storage_unavailable`; what `beforeBytes` throws
 */
export async function answerWithBlob(
  storage: BlobStorage,
  blob: AnsweredBlob,
  { headers, method }: FastifyRequest,
  reply: FastifyReply,
  beforeBytes?: () => Promise<void>,
): Promise<boolean> {
  const { size } = blob;
  const etag = `"${blob.sha256}"`;
  const told = { etag, 'cache-control': blob.cacheControl };
  if (matches(headers['if-none-match'], etag)) {
    void reply.status(304).headers(told).send();
    return true;
  }
  const ranged = method === 'GET' && (headers['if-range'] ?? etag) === etag;
  const range = ranged ? rangeOf(headers.range, size) : null;
  if (range === 'unsatisfiable') {
    void reply.header('content-range', `bytes */${size}`);
    throw new AppError('range_not_satisfiable', { details: { size } });
  }
  const part = range ?? { start: 0, end: size - 1 };
  const length = part.end - part.start + 1;
  const sends = method === 'GET' && length > 0;
  const bytes = sends ? await storage.read(blob.key, part) : null;
  if (sends && bytes === null) return false;
  try {
    if (method === 'GET') await beforeBytes?.();
  } catch (error) {
    if (bytes && 'destroy' in bytes) bytes.destroy();
    throw error;
  }
  if (range) void reply.status(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`);
  void reply
    .headers({ ...told, 'accept-ranges': 'bytes', 'content-length': length, ...blob.headers })
    .send(bytes ?? undefined);
  return true;
}
