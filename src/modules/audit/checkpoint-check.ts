import type { ChainPlace, FirstBad } from './chain-check.js';
import { isSigned, type SignedStatement, type SigningJwk } from './checkpoint-signer.js';

/** Checks the signatures of one log's checkpoints, given in the order in which they were signed. `whole`: none may be missing. */
export class CheckpointCheck {
  /** The hashes that genuine checkpoints vouch for, by sequence. */
  readonly hashes = new Map<number, string>();
  firstBad: FirstBad | null = null;
  checked = 0;
  /** The place furthest on that one vouches for. */
  furthest: ChainPlace | null = null;
  private last: ChainPlace | null = null;

  constructor(
    private readonly keys: readonly SigningJwk[],
    private readonly whole: boolean,
  ) {}

  add(checkpoint: SignedStatement & { readonly signature: string }): void {
    this.checked++;
    const { sequence, hash, previous } = checkpoint;
    if (!isSigned(checkpoint, this.keys)) {
      this.firstBad ??= { sequence, id: null, reason: 'changed' };
      return;
    }
    if (this.whole && previous && previous.sequence !== this.last?.sequence)
      this.firstBad ??= { sequence: previous.sequence, id: null, reason: 'missing' };
    // Missing or not, the one before it vouches as well: this one names it.
    if (previous) this.hashes.set(previous.sequence, previous.hash);
    this.hashes.set(sequence, hash);
    this.last = { sequence, hash };
    if (sequence >= (this.furthest?.sequence ?? 0)) this.furthest = this.last;
  }
}
