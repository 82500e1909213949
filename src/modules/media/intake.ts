import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import type { AppError } from '../../kernel/errors/app-error.js';
import { HEAD_BYTES } from './content-type.js';

/** Hands a file's bytes on to the storage, and learns on the way how many they are, their SHA-256, and how they begin. */
export class Intake extends Transform {
  private readonly hash = createHash('sha256');
  private readonly heads: Buffer[] = [];
  private headLength = 0;
  /** How many bytes there are so far. Not `size`, by which the S3 client would know how many come. */
  count = 0;

  /** `refusal` says, given how many bytes there are so far, why no more may come. */
  constructor(private readonly refusal: (size: number) => AppError | null) {
    super({ highWaterMark: HEAD_BYTES });
    // The form may break off when the storage has everything and listens no more.
    this.on('error', () => undefined);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.count += chunk.length;
    const refusal = this.refusal(this.count);
    if (refusal) return done(refusal);
    this.hash.update(chunk);
    if (this.headLength < HEAD_BYTES) {
      // A copy: of a slice, the whole buffer of the connection would stay.
      const head = Buffer.from(chunk.subarray(0, HEAD_BYTES - this.headLength));
      this.heads.push(head);
      this.headLength += head.length;
    }
    done(null, chunk);
  }

  get head(): Buffer {
    return Buffer.concat(this.heads);
  }

  /** The SHA-256 in hexadecimal, once everything has come. */
  digest(): string {
    return this.hash.digest('hex');
  }
}
