/** Why an entry, or the place of one, is bad. */
export type ChainFault = 'changed' | 'missing' | 'reordered' | 'cut';

/** The first place at which a log is not what it was. `id` is null where there is no entry. */
export interface FirstBad {
  readonly sequence: number;
  readonly id: string | null;
  readonly reason: ChainFault;
}

/** A place in a log's chain: the sequence of an entry and its hash. */
export interface ChainPlace {
  readonly sequence: number;
  readonly hash: string;
}

/** An entry as it stands in the log, and the hash that its content has. */
export interface ChainEntry extends ChainPlace {
  readonly id: string;
  readonly previousHash: string | null;
  readonly computed: string;
}

/** Entries in both directions among which the one is sought that another's `previous_hash` belongs to. */
const NEIGHBOURS = 1_000;

/**
 * Follows a log's chain entry by entry, in the order in which they stand, and finds the first bad one. Knows no more of
 * the log at a time than a thousand hashes.
 */
export class ChainCheck {
  private last: ChainPlace & { id: string | null };
  private count = 0;
  private found: FirstBad | null = null;
  /** What is bad unless the entry is found further on that `previousHash` belongs to: then they changed places. */
  private suspect: { previousHash: string; moved: FirstBad; else: FirstBad; left: number } | null = null;
  private readonly recent = new Set<string>();

  /**
   * @param start where the log begins: the last entry that was purged, or null for a log that is whole.
   * @param signed hashes that checkpoints vouch for, by sequence.
   */
  constructor(
    start: ChainPlace | null,
    private readonly signed: ReadonlyMap<number, string>,
  ) {
    this.last = { sequence: start?.sequence ?? 0, hash: start?.hash ?? '', id: null };
  }

  /** How many entries were found to be good. */
  get checked(): number {
    return this.count;
  }

  /** Whether more entries would tell nothing new. */
  get done(): boolean {
    return this.found !== null;
  }

  /** The last good entry's place. */
  get head(): ChainPlace {
    return { sequence: this.last.sequence, hash: this.last.hash };
  }

  /** Takes the next entry. */
  add(entry: ChainEntry): void {
    if (this.found) return;
    if (this.suspect) return this.seek(this.suspect, entry);
    if (entry.sequence > this.last.sequence + 1) {
      const missing: FirstBad = { sequence: this.last.sequence + 1, id: null, reason: 'missing' };
      return this.suspectOf(entry, at(entry, 'reordered'), missing);
    }
    const genuine = entry.computed === entry.hash;
    const linked = (entry.previousHash ?? '') === this.last.hash;
    if (entry.sequence <= this.last.sequence || (!linked && this.recent.has(entry.previousHash ?? ''))) {
      this.found = at(entry, 'reordered');
    } else if (!linked) {
      // What is genuine was sealed after another entry than the one that stands before it now.
      const bad = genuine && this.last.id !== null ? at(this.last, 'changed') : at(entry, 'changed');
      this.suspectOf(entry, { ...bad, reason: 'reordered' }, bad);
    } else if (!genuine || (this.signed.get(entry.sequence) ?? entry.hash) !== entry.hash) {
      this.found = at(entry, 'changed');
    } else {
      this.accept(entry);
    }
  }

  /** The first bad entry, once all were taken; null for a log that is what it was. `heads` are places it had reached. */
  end(heads: readonly ChainPlace[]): FirstBad | null {
    this.found ??= this.suspect?.else ?? null;
    if (this.found) return this.found;
    const furthest = heads.reduce((most, { sequence }) => Math.max(most, sequence), 0);
    if (furthest > this.last.sequence) return { sequence: this.last.sequence + 1, id: null, reason: 'cut' };
    const own = heads.find(
      ({ sequence, hash }) => sequence === this.last.sequence && hash !== this.last.hash,
    );
    return own ? at(this.last, 'changed') : null;
  }

  private accept({ sequence, hash, id }: ChainEntry): void {
    this.last = { sequence, hash, id };
    this.count++;
    this.recent.add(hash);
    if (this.recent.size > NEIGHBOURS) this.recent.delete(this.recent.values().next().value!);
  }

  private suspectOf({ previousHash }: ChainEntry, moved: FirstBad, otherwise: FirstBad): void {
    this.suspect = { previousHash: previousHash ?? '', moved, else: otherwise, left: NEIGHBOURS };
  }

  private seek(suspect: NonNullable<typeof this.suspect>, { hash }: ChainEntry): void {
    if (hash === suspect.previousHash) this.found = suspect.moved;
    else if (--suspect.left === 0) this.found = suspect.else;
  }
}

function at({ sequence, id }: { sequence: number; id: string | null }, reason: ChainFault): FirstBad {
  return { sequence, id, reason };
}
