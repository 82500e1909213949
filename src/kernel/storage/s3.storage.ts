import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { S3Place } from '../config/s3-url.js';
import { BlobStorage, type ByteRange, checkedKey, type StoredBlob } from './blob-storage.js';
import { isMissing, s3Trouble } from './storage-errors.js';

const MEGABYTE = 1_000_000;
/** What is held of an upload in memory: a part that is being sent, and one that is being filled. */
const PART_BYTES = 8 * MEGABYTE;
/** S3 takes no more parts than this. */
const MOST_PARTS = 10_000;
const CONNECT_MS = 3_000;
/** How long the store may be silent. */
const SILENCE_MS = 10_000;
const PING_MS = 3_000;

/**
 * Blobs in a bucket of an S3-compatible store. What is larger than a part goes as a multipart upload, of which the
 * store shows nothing until it is complete. Credentials come from the usual AWS variables, files or roles.
 */
export class S3Storage extends BlobStorage {
  private readonly client: S3Client;
  private readonly partBytes: number;

  /** `mostBytes` is the size of the largest blob. */
  constructor(
    private readonly place: S3Place,
    mostBytes: number,
  ) {
    super();
    this.partBytes = Math.max(PART_BYTES, Math.ceil(mostBytes / MOST_PARTS));
    // It would tell of Node versions that its next releases need, to people who do not choose its release.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    this.client = new S3Client({
      region: place.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1',
      ...(place.endpoint === null ? {} : { endpoint: place.endpoint }),
      forcePathStyle: place.pathStyle,
      maxAttempts: 2,
      requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
      // Many compatible stores do not know the newer checksums; the bytes are hashed by those who need it.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async put(key: string, bytes: Readable): Promise<void> {
    let trouble: unknown = bytes.errored;
    const upload = new Upload({
      client: this.client,
      params: { ...this.object(key), Body: bytes },
      partSize: this.partBytes,
      queueSize: 1,
    });
    bytes.once('error', error => (trouble ??= error));
    try {
      if (trouble === null) await upload.done();
    } catch (error) {
      trouble ??= s3Trouble(error);
    }
    if (trouble === null) return;
    bytes.destroy();
    throw trouble;
  }

  async read(key: string, { start, end }: ByteRange): Promise<Readable | null> {
    try {
      const Range = `bytes=${start}-${end}`;
      const { Body } = await this.client.send(new GetObjectCommand({ ...this.object(key), Range }));
      return Body as Readable;
    } catch (error) {
      if (isMissing(error)) return null;
      throw s3Trouble(error);
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await this.client.send(new DeleteObjectCommand(this.object(key)));
      for await (const { Key, UploadId } of this.unfinished(key)) {
        if (Key === this.object(key).Key) await this.abort(Key, UploadId);
      }
    } catch (error) {
      throw s3Trouble(error);
    }
  }

  async *list(module: string): AsyncIterable<StoredBlob> {
    const Prefix = `${this.place.prefix}${module}/`;
    const keyOf = (key: string) => key.slice(this.place.prefix.length);
    try {
      for await (const { Key, Initiated } of this.unfinished(`${module}/`))
        yield { key: keyOf(Key), at: Initiated };
      const pages = paginateListObjectsV2({ client: this.client }, { Bucket: this.place.bucket, Prefix });
      for await (const { Contents = [] } of pages)
        for (const { Key, LastModified } of Contents) yield { key: keyOf(Key!), at: LastModified! };
    } catch (error) {
      throw s3Trouble(error);
    }
  }

  async ping(): Promise<void> {
    const { bucket, prefix } = this.place;
    try {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 });
      await this.client.send(command, { abortSignal: AbortSignal.timeout(PING_MS) });
    } catch (error) {
      throw s3Trouble(error);
    }
  }

  /** Multipart uploads that nobody has completed, of keys that begin so. */
  private async *unfinished(beginning: string) {
    const { bucket, prefix } = this.place;
    let marker: { KeyMarker?: string; UploadIdMarker?: string } = {};
    for (;;) {
      const page = await this.client.send(
        new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix + beginning, ...marker }),
      );
      for (const { Key, UploadId, Initiated } of page.Uploads ?? [])
        yield { Key: Key!, UploadId: UploadId!, Initiated: Initiated ?? new Date(0) };
      if (!page.IsTruncated) return;
      marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
  }

  private async abort(Key: string, UploadId: string): Promise<void> {
    const which = { Bucket: this.place.bucket, Key, UploadId };
    await this.client.send(new AbortMultipartUploadCommand(which)).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }

  private object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.place.bucket, Key: this.place.prefix + checkedKey(key) };
  }
}
