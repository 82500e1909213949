import { close, constants, createReadStream, createWriteStream, open, read } from 'node:fs';
import {
  access,
  type FileHandle,
  mkdir,
  open as openHandle,
  opendir,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { BlobStorage, type ByteRange, checkedKey, SHORT_READ, type StoredBlob } from './blob-storage.js';
import { diskTrouble, isMissing } from './storage-errors.js';

/** What a file is called until it is whole. */
const UNFINISHED = '.part';
/** As many bytes are read from the disk at once. */
const READ_BYTES = 256 * 1024;
/** As many may wait to be written, together: each way to the disk costs about as much as hashing what it takes along. */
const WRITE_BYTES = 1024 * 1024;

// Handles of `fs/promises` take a third more time for a short file.
const opened = promisify(open);
const readInto = promisify(read);
const closed = promisify(close);

/**
 * Blobs as files in a folder, for the owner of the process alone. A file gets its name once it is whole and on the
 * disk, so that under its name there is never a part of it.
 */
export class DiskStorage extends BlobStorage {
  constructor(private readonly folder: string) {
    super();
  }

  async put(key: string, bytes: Readable): Promise<void> {
    const path = this.pathOf(key);
    const unfinished = path + UNFINISHED;
    let trouble: unknown = bytes.errored;
    bytes.once('error', error => (trouble ??= error));
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = createWriteStream(unfinished, { mode: 0o600, highWaterMark: WRITE_BYTES, flush: true });
      file.once('error', error => (trouble ??= diskTrouble(error)));
      await pipeline(bytes, file);
      await rename(unfinished, path);
      await flushFolder(dirname(path));
    } catch (error) {
      bytes.destroy();
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw trouble ?? diskTrouble(error);
    }
  }

  async read(key: string, { start, end }: ByteRange): Promise<Buffer | Readable | null> {
    let file: number;
    try {
      file = await opened(this.pathOf(key), 'r');
    } catch (error) {
      if (isMissing(error)) return null;
      throw diskTrouble(error);
    }
    if (end - start >= SHORT_READ)
      return createReadStream('', { fd: file, start, end, highWaterMark: READ_BYTES });
    try {
      const bytes = Buffer.allocUnsafe(end - start + 1);
      const { bytesRead } = await readInto(file, bytes, 0, bytes.length, start);
      return bytes.subarray(0, bytesRead);
    } catch (error) {
      throw diskTrouble(error);
    } finally {
      await closed(file);
    }
  }

  async delete(key: string): Promise<void> {
    const path = this.pathOf(key);
    try {
      await rm(path, { force: true });
      await rm(path + UNFINISHED, { force: true });
    } catch (error) {
      throw diskTrouble(error);
    }
  }

  list(module: string): AsyncIterable<StoredBlob> {
    return this.inside(module);
  }

  async ping(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await access(this.folder, constants.R_OK | constants.W_OK);
    } catch (error) {
      throw diskTrouble(error);
    }
  }

  private async *inside(key: string): AsyncGenerator<StoredBlob> {
    const folder = await opendir(join(this.folder, key)).catch(orNull);
    if (!folder) return;
    for await (const entry of folder) {
      const inner = `${key}/${entry.name}`;
      if (entry.isDirectory()) yield* this.inside(inner);
      const found = entry.isFile() ? await stat(join(this.folder, inner)).catch(orNull) : null;
      if (found) yield { key: inner.replace(/\.part$/, ''), at: found.mtime };
    }
  }

  private pathOf(key: string): string {
    return join(this.folder, checkedKey(key));
  }
}

/** Puts a folder's names on the disk: without it a crash of the machine could undo a rename. */
async function flushFolder(path: string): Promise<void> {
  let folder: FileHandle | null = null;
  try {
    folder = await openHandle(path);
    await folder.sync();
  } finally {
    await folder?.close();
  }
}

/** Nothing instead of what has just been removed. */
function orNull(error: unknown): null {
  if (isMissing(error)) return null;
  throw diskTrouble(error);
}
