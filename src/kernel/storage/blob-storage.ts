import type { Readable } from 'node:stream';

/** A part of a blob: from byte `start` to byte `end`, both included, counted from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A blob, or what a write that was never finished has left of one. */
export interface StoredBlob {
  readonly key: string;
  /** When its bytes last changed, by the storage's clock. */
  readonly at: Date;
}

/** Up to here, in bytes, what is read comes as one buffer: a stream would cost more than its bytes. */
export const SHORT_READ = 65_536;

/**
 * Keeps bytes under opaque keys, `<module>/<id>[/<id>…]`, made of ids alone: nothing that users write becomes a path.
 * Bytes are never held in memory as a whole.
 */
export abstract class BlobStorage {
  /**
   * Writes what `bytes` brings. The blob is there, and will survive a crash, once this resolves; when it fails, nothing
   * of it stays. Only when the process dies may something stay, which {@link list} shows and {@link delete} removes.
   * @throws AppError `storage_full`, `storage_unavailable`; the error of `bytes` as it came
   */
  abstract put(key: string, bytes: Readable): Promise<void>;

  /**
   * Reads a part of a blob. What is at most {@link SHORT_READ} bytes long may come as a buffer. Null when there is no
   * such blob.
   * @throws AppError `storage_unavailable`
   */
  abstract read(key: string, range: ByteRange): Promise<Buffer | Readable | null>;

  /** Removes a blob and what unfinished writes have left of it; does nothing when there is none. @throws AppError `storage_unavailable` */
  abstract delete(key: string): Promise<void>;

  /** Every blob whose key begins with `<module>/`, and what unfinished writes have left. @throws AppError `storage_unavailable` */
  abstract list(module: string): AsyncIterable<StoredBlob>;

  /** Asks whether blobs can be kept and read, without any of either. @throws AppError `storage_unavailable` */
  abstract ping(): Promise<void>;
}

const KEY = /^[a-z]+(?:\/[a-z0-9_]+)+$/;

/** @throws Error for a key that is not made of ids: only a mistake in the program makes one. */
export function checkedKey(key: string): string {
  if (!KEY.test(key)) throw new Error(`"${key}" is not a key for a blob`);
  return key;
}
