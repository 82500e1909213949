import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { ChainCheck, type FirstBad } from './chain-check.js';
import { toCheckpoint, toJwk, type Verification } from './checkpoint.dto.js';
import type { CheckpointEntity } from './checkpoint.entity.js';
import { CheckpointRepository } from './checkpoint.repository.js';
import { CheckpointCheck } from './checkpoint-check.js';
import type { EventEntity } from './event.entity.js';
import { EventChainRepository } from './event-chain.repository.js';
import { hashedForm, hashOf } from './event-hash.js';

/** So many are hashed, or so many signatures checked, between two turns of the event loop. */
const ENTRIES = 100;
const SIGNATURES = 50;

/** Checks whole logs: every hash and every checkpoint, with little memory and in small steps. */
@Injectable()
export class LogVerification {
  /** Whoever asks while a log is being checked gets that check's answer. */
  private readonly running = new Map<string, Promise<Verification>>();

  constructor(
    private readonly chains: EventChainRepository,
    private readonly checkpoints: CheckpointRepository,
  ) {}

  /** Re-computes every hash of a log, and compares the log with its recorded end and with every checkpoint. */
  verify(ctx: RequestContext, log: string): Promise<Verification> {
    let running = this.running.get(log);
    if (!running) {
      running = this.check(ctx, log).finally(() => this.running.delete(log));
      this.running.set(log, running);
    }
    return running;
  }

  private async check(ctx: RequestContext, log: string): Promise<Verification> {
    // The end first: what is sealed meanwhile lies beyond it.
    const chain = await this.chains.find(ctx, log);
    const end = { sequence: chain?.last_sequence ?? 0, hash: chain?.last_hash ?? '' };
    const signed = await this.checkCheckpoints(ctx, log);
    const cut =
      chain && chain.cut_sequence > 0 ? { sequence: chain.cut_sequence, hash: chain.cut_hash } : null;
    const vouched = cut === null || signed.hashes.get(cut.sequence) === cut.hash;
    const check = new ChainCheck(vouched ? cut : null, signed.hashes);
    for (let after = check.head.sequence; !check.done;) {
      const entries = await this.chains.sealed(ctx, log, after, ENTRIES);
      for (const entry of entries) check.add(asChainEntry(entry));
      if (entries.length < ENTRIES) break;
      after = Number(entries.at(-1)!.sequence);
      await turn();
    }
    const { newest, furthest } = signed;
    const first_bad = earliest(signed.firstBad, check.end(furthest ? [end, furthest] : [end]));
    return {
      valid: first_bad === null,
      checked: check.checked,
      head: end,
      first_bad,
      checkpoints: {
        checked: signed.checked,
        newest: newest && {
          sequence: newest.sequence,
          hash: newest.hash,
          created_at: newest.created_at.toISOString(),
        },
      },
    };
  }

  private async checkCheckpoints(ctx: RequestContext, log: string) {
    const check = new CheckpointCheck((await this.checkpoints.keys(ctx)).map(toJwk), true);
    let newest: CheckpointEntity | null = null;
    for (let after = ''; ;) {
      const some = await this.checkpoints.following(ctx, log, after, SIGNATURES);
      for (const checkpoint of some) check.add(toCheckpoint(checkpoint));
      newest = some.at(-1) ?? newest;
      if (some.length < SIGNATURES) break;
      after = newest!.id;
      await turn();
    }
    const { hashes, firstBad, checked, furthest } = check;
    return { hashes, firstBad, checked, furthest, newest };
  }
}

function asChainEntry(entry: EventEntity) {
  const sequence = Number(entry.sequence);
  const previousHash = entry.previous_hash ?? '';
  return {
    sequence,
    id: entry.id,
    hash: entry.hash ?? '',
    previousHash,
    computed: hashOf(hashedForm(entry, sequence, previousHash)),
  };
}

function earliest(one: FirstBad | null, other: FirstBad | null): FirstBad | null {
  if (!one || !other) return one ?? other;
  return one.sequence <= other.sequence ? one : other;
}
