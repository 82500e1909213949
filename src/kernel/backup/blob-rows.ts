import { appendFile } from 'node:fs/promises';
import type { Value } from './table-rows.js';

/** What a row says of bytes in the storage. */
export interface StoredBytes {
  readonly key: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** How a module's rows tell of the bytes they have in the storage. */
export interface BlobRows {
  readonly table: string;
  /** What the storage has of a row; null when it has nothing that must be kept. */
  of(row: Readonly<Record<string, Value>>): StoredBytes | null;
}

const PIECE = 1_000;

/** A list of stored bytes in a file, gathered while rows pass by: there may be too many for the memory. */
export class BlobList {
  private waiting: string[] = [];

  constructor(
    private readonly path: string,
    private readonly kinds: readonly BlobRows[],
  ) {}

  /** What is to be called with each row of a table; null when its rows tell of no bytes. */
  watcher(
    table: string,
    columns: readonly string[],
  ): ((row: readonly Value[]) => Promise<void> | undefined) | null {
    const kind = this.kinds.find(one => one.table === table);
    if (!kind) return null;
    return row => {
      const found = kind.of(Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])));
      if (found) this.waiting.push(JSON.stringify(found));
      return this.waiting.length >= PIECE ? this.flush() : undefined;
    };
  }

  async flush(): Promise<void> {
    const lines = this.waiting.splice(0).map(line => `${line}\n`);
    await appendFile(this.path, lines.join(''), { mode: 0o600 });
  }
}
