import { Logger } from '@nestjs/common';
import { databaseTrouble } from '../database/database-errors.js';

/** Between two writes of one buffer, so that they stay small and few: each commit has its price. */
const STEP_MS = 40;
const RETRY_MS = 500;
const WARN_EVERY_MS = 30_000;

export interface BufferOptions<T> {
  /** In logs and metrics, as `request_log`. */
  readonly name: string;
  /** How long what belongs together is gathered before it is written. */
  readonly gatherMs: number;
  /** What one write takes at most, by weight; a single value may pass it. Others wait meanwhile, so some milliseconds' worth. */
  readonly batch: number;
  /** What is kept at most, by weight, while nothing can be written; the oldest goes first. */
  readonly most: number;
  /** Writes all of the values in one transaction, or none of them. */
  write(values: T[]): Promise<void>;
  /** How many things a value holds; one unless told. */
  weigh?(value: T): number;
  /** Takes a value that cannot be written apart, so that only the part at fault is lost. */
  partsOf?(value: T): T[];
  /** Takes up to `surplus` things out of a value that is too much; without it, the value is dropped. */
  lighten?(value: T, surplus: number): void;
}

interface Entry<T> {
  readonly value: T;
  readonly since: number;
  weight: number;
}

/**
 * Gathers what need not be written at once, by key, and writes it in small, steady batches. While the database is
 * away it keeps what it can; what the database refuses is looked for and given up alone. What is lost is counted.
 */
export class Buffer<T> {
  private readonly logger = new Logger('Buffer');
  private readonly entries = new Map<string, Entry<T>>();
  private weight = 0;
  /** A batch that could not be written, to be tried again as it was. */
  private held: T[] = [];
  private running: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private warnedAt = -Infinity;
  private given = 0;

  constructor(private readonly options: BufferOptions<T>) {}

  get name(): string {
    return this.options.name;
  }

  /** How much waits to be written. */
  get waiting(): number {
    return this.weight + this.weightOf(this.held);
  }

  /** How much has been given up since the process began. */
  get lost(): number {
    return this.given;
  }

  /** What is gathered under a key and not being written yet. */
  get(key: string): T | undefined {
    return this.entries.get(key)?.value;
  }

  /** Adds to what is gathered under a key, by `add`; there is a new value made by `make` when there was none. */
  note(key: string, make: () => T, add?: (value: T) => void): void {
    let entry = this.entries.get(key);
    if (!entry) this.entries.set(key, (entry = { value: make(), since: Date.now(), weight: 0 }));
    add?.(entry.value);
    const weight = this.weigh(entry.value);
    this.weight += weight - entry.weight;
    entry.weight = weight;
    if (this.weight > this.options.most || this.entries.size > this.options.most) this.shed();
    this.arm();
  }

  /** Writes everything noted so far, so that it can be read. Never rejects: what fails is kept. */
  async flush(): Promise<void> {
    // The run that is under way may have begun before the latest note.
    await this.running;
    await this.run(Infinity);
  }

  private run(noteBefore: number): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.running ??= this.writeThose(noteBefore).finally(() => {
      this.running = null;
      this.arm();
    });
    return this.running;
  }

  /** Wakes up when the oldest has been gathered for long enough. */
  private arm(): void {
    if (this.timer || this.running) return;
    const wait = this.held.length > 0 ? RETRY_MS : this.untilDue();
    if (wait === null) return;
    const wake = () => void this.run(Date.now() - this.options.gatherMs);
    this.timer = setTimeout(wake, wait).unref();
  }

  private untilDue(): number | null {
    for (const { since } of this.entries.values()) {
      return Math.max(STEP_MS, since + this.options.gatherMs - Date.now());
    }
    return null;
  }

  /** Writes what was begun at `before` or earlier; under steady load, what comes meanwhile is the next run's. */
  private async writeThose(before: number): Promise<void> {
    const left = { entries: this.entries.size };
    for (;;) {
      const batch = this.held.length > 0 ? this.held : this.take(left, before);
      if (batch.length === 0) return;
      this.held = [];
      this.held = await this.write(batch);
      if (this.held.length > 0) return;
      // Requests that wait go first.
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  /** The oldest entries, as many as one write takes. */
  private take(left: { entries: number }, before: number): T[] {
    const batch: T[] = [];
    let weight = 0;
    for (const [key, entry] of this.entries) {
      if (left.entries === 0 || entry.since > before) break;
      // What holds nothing any more is still a row to write.
      const more = Math.max(1, entry.weight);
      if (batch.length > 0 && weight + more > this.options.batch) break;
      this.entries.delete(key);
      this.weight -= entry.weight;
      weight += more;
      left.entries--;
      batch.push(entry.value);
    }
    return batch;
  }

  /** Answers what could not be written because the database is away or busy. */
  private async write(values: T[]): Promise<T[]> {
    try {
      await this.options.write(values);
      return [];
    } catch (error) {
      if (databaseTrouble(error)) {
        this.warn(error, 'cannot be written now; keeping the latest');
        return values;
      }
      const parts = values.length === 1 ? (this.options.partsOf?.(values[0]!) ?? values) : values;
      if (parts.length === 1) {
        this.given += this.weigh(parts[0]!);
        this.warn(error, 'holds what cannot be written');
        return [];
      }
      // Something in it is at fault, and must not take the others with it.
      const middle = parts.length >> 1;
      const kept = await this.write(parts.slice(0, middle));
      if (kept.length > 0) return [...kept, ...parts.slice(middle)];
      return this.write(parts.slice(middle));
    }
  }

  /** Makes room, a tenth at once, by what is oldest. */
  private shed(): void {
    const { most, lighten } = this.options;
    const enough = Math.floor(most * 0.9);
    for (const [key, entry] of this.entries) {
      if (this.weight <= enough && this.entries.size <= most) break;
      if (lighten && this.entries.size <= most) lighten(entry.value, this.weight - enough);
      else this.entries.delete(key);
      const weight = this.entries.has(key) ? this.weigh(entry.value) : 0;
      this.given += entry.weight - weight;
      this.weight -= entry.weight - weight;
      entry.weight = weight;
    }
    this.warn(null, 'is full; the oldest was given up');
  }

  private warn(error: unknown, what: string): void {
    if (Date.now() - this.warnedAt < WARN_EVERY_MS) return;
    this.warnedAt = Date.now();
    const { name, waiting, lost } = this;
    this.logger.warn({ err: error, buffer: name, waiting, lost }, `the buffer ${name} ${what}`);
  }

  private weigh(value: T): number {
    return this.options.weigh?.(value) ?? 1;
  }

  private weightOf(values: T[]): number {
    return values.reduce((sum, value) => sum + this.weigh(value), 0);
  }
}
