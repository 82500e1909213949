const KEPT_MS = 5_000;
const MOST = 1_000;

interface Kept {
  readonly result: Promise<unknown>;
  until: number;
}

/** Results of long counts, kept for five seconds. Who asks for one that is being made waits for it. */
export class RecentCounts {
  private readonly kept = new Map<string, Kept>();

  /** What was found under this key a moment ago, else what `count` finds. It calls `long` when it takes long. */
  of<T>(key: string, count: (long: () => void) => Promise<T>): Promise<T> {
    const known = this.kept.get(key);
    if (known && known.until > performance.now()) return known.result as Promise<T>;
    const result: Promise<T> = count(() => this.keep(key, result));
    return result;
  }

  private keep(key: string, result: Promise<unknown>): void {
    const entry: Kept = { result, until: Infinity };
    // Put last, so that the first is the oldest.
    this.kept.delete(key);
    this.kept.set(key, entry);
    if (this.kept.size > MOST) this.kept.delete(this.kept.keys().next().value!);
    result.then(
      () => (entry.until = performance.now() + KEPT_MS),
      () => this.kept.get(key) === entry && this.kept.delete(key),
    );
  }
}
