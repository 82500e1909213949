import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { linesOf } from './plain-lines.js';

/** Lines go to the compressor in pieces of about this many characters. */
const PIECE = 64 * 1024;

/** What a file is known by. */
export interface FileDigest {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Writes lines to a compressed file that is its owner's alone, and on the disk once this resolves. */
export async function writeLines(path: string, lines: AsyncIterable<string>): Promise<FileDigest> {
  const digest = new Digest();
  const file = createWriteStream(path, { mode: 0o600, flags: 'wx', flush: true });
  await pipeline(Readable.from(inPieces(lines), { objectMode: false }), createGzip(), digest.stream(), file);
  return digest.value;
}

/** The lines of a file that {@link writeLines} wrote. */
export async function* readLines(path: string): AsyncGenerator<string> {
  const file = createReadStream(path);
  const text = file.pipe(createGunzip()).setEncoding('utf8');
  file.once('error', error => text.destroy(error));
  yield* linesOf(text as AsyncIterable<string>);
}

/** Reads a whole file to say what it is known by. */
export async function digestOf(path: string): Promise<FileDigest> {
  const digest = new Digest();
  await pipeline(createReadStream(path), digest.stream(), async chunks => {
    for await (const _chunk of chunks);
  });
  return digest.value;
}

/** Counts and hashes bytes as they pass. */
export class Digest {
  private readonly hash = createHash('sha256');
  private bytes = 0;
  private sha256: string | null = null;

  /** Passes bytes on. */
  stream(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.hash.update(chunk);
        this.bytes += chunk.length;
        done(null, chunk);
      },
    });
  }

  get value(): FileDigest {
    this.sha256 ??= this.hash.digest('hex');
    return { bytes: this.bytes, sha256: this.sha256 };
  }
}

async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  if (piece) yield piece;
}
