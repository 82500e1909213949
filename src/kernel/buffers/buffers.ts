import { Injectable } from '@nestjs/common';
import { Buffer, type BufferOptions } from './buffer.js';

/** Makes the buffers of this process, tells how they are, and flushes them a last time when it ends. */
@Injectable()
export class Buffers {
  private readonly all: Buffer<never>[] = [];

  make<T>(options: BufferOptions<T>): Buffer<T> {
    const buffer = new Buffer(options);
    this.all.push(buffer as unknown as Buffer<never>);
    return buffer;
  }

  /** What waits in each buffer, and what each has given up. */
  state(): { name: string; waiting: number; lost: number }[] {
    return this.all.map(({ name, waiting, lost }) => ({ name, waiting, lost }));
  }

  /**
   * Writes what is left, when the process ends. The buffer made last goes first: whoever uses another's buffer was made after it.
   */
  async flushAll(): Promise<void> {
    for (const buffer of this.all.toReversed()) await buffer.flush();
  }
}
