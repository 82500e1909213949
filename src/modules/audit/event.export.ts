import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import { inPieces } from '../../kernel/database/pieces.js';
import type { Dataset, ExportQuery } from '../../kernel/facets/exports.js';
import { ExportedEvent } from './event.dto.js';
import type { EventEntity } from './event.entity.js';
import { EventChainRepository } from './event-chain.repository.js';
import { hashedForm } from './event-hash.js';
import { EventSealer } from './event-sealer.service.js';

/** By how much, in milliseconds, the order of sequences may differ from that of ids: entries are sealed after they are made. */
const DISORDER_MS = 60 * 60 * 1000;

/**
 * A project's event log as exports have it: sealed entries in the order of their sequences, with everything that the
 * hashes cover. The offline verifier takes it as JSONL.
 */
@Injectable()
export class EventExport implements Dataset {
  readonly permission = 'audit:read';
  readonly row = ExportedEvent;
  readonly ranged = true;

  constructor(
    private readonly chains: EventChainRepository,
    private readonly sealer: EventSealer,
  ) {}

  async count(ctx: RequestContext, query: ExportQuery): Promise<number> {
    const { after, last } = await this.placesOf(ctx, query);
    return Math.max(0, last - after);
  }

  async *rows(ctx: RequestContext, query: ExportQuery): AsyncGenerator<object[]> {
    await this.sealer.sealAll();
    const { after, last } = await this.placesOf(ctx, query);
    const entries = inPieces<EventEntity, number>(
      (end, limit) => this.chains.sealed(ctx, query.projectId, end ?? after, limit),
      entry => Number(entry.sequence),
    );
    for await (const piece of entries) {
      yield piece.filter(entry => Number(entry.sequence) <= last && isWithin(entry, query)).map(toExported);
      if (Number(piece.at(-1)!.sequence) >= last) return;
    }
  }

  /** Between which sequences the entries of a time are, and perhaps some more. */
  private async placesOf(ctx: RequestContext, { projectId, from, to }: ExportQuery) {
    const sequenceAt = (at: Date, shift: number) =>
      this.chains.sequenceFrom(ctx, projectId, firstIdAt('evt', new Date(at.getTime() + shift)));
    const head = (await this.chains.find(ctx, projectId))?.last_sequence ?? 0;
    const first = from
      ? ((await sequenceAt(from, -DISORDER_MS)) ?? head + 1)
      : ((await this.chains.firstSequence(ctx, projectId)) ?? 1);
    const last = (to && (await sequenceAt(to, DISORDER_MS))) ?? head;
    return { after: first - 1, last };
  }
}

function isWithin({ id }: EventEntity, { from, to }: ExportQuery): boolean {
  return (!from || id >= firstIdAt('evt', from)) && (!to || id < firstIdAt('evt', to));
}

function toExported(entry: EventEntity): object {
  return { ...hashedForm(entry, Number(entry.sequence), entry.previous_hash ?? ''), hash: entry.hash };
}
