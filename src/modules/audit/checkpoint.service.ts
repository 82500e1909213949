import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import type { ChainPlace } from './chain-check.js';
import {
  type Checkpoint,
  type ListCheckpoints,
  type SigningKeys,
  toCheckpoint,
  toJwk,
  toStatement,
} from './checkpoint.dto.js';
import type { CheckpointEntity } from './checkpoint.entity.js';
import { CheckpointRepository } from './checkpoint.repository.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { type EventChainEntity, PLATFORM } from './event-chain.entity.js';
import { EventChainRepository } from './event-chain.repository.js';
import { EventSealer } from './event-sealer.service.js';

const LOOK_EVERY_MS = 5 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
const BATCH = 500;

/**
 * Signs where the chains of the logs are: hourly where there is something new, where they are cut, and whenever asked. Who keeps a
 * checkpoint can show later that the log up to there was changed, whoever changed it.
 */
@Injectable()
export class CheckpointService implements OnApplicationBootstrap {
  private keyIsKnown = false;

  constructor(
    private readonly checkpoints: CheckpointRepository,
    private readonly chains: EventChainRepository,
    private readonly sealer: EventSealer,
    private readonly signer: CheckpointSigner,
    private readonly units: UnitOfWork,
    private readonly recurring: RecurringJobs,
  ) {}

  onApplicationBootstrap(): void {
    this.recurring.every('checkpoints.sign', LOOK_EVERY_MS, () => this.signAll());
  }

  async list(ctx: RequestContext, log: string, query: ListCheckpoints): Promise<Page<Checkpoint>> {
    const rows = await this.checkpoints.list(ctx, log, query.limit, decodeCursor(query.cursor));
    return paginate(rows, query.limit, await this.checkpoints.total(ctx, log), toCheckpoint);
  }

  /** Every key that checkpoints were or will be signed with; those of former keys stay. */
  async keys(ctx: RequestContext): Promise<SigningKeys> {
    const known = (await this.checkpoints.keys(ctx)).map(toJwk);
    const own = this.signer.publicKey;
    return { keys: known.some(({ kid }) => kid === own.kid) ? known : [...known, own] };
  }

  /** Seals what the log has, and signs where it ends, in the open unit of work. */
  async sign(ctx: RequestContext, log: string): Promise<Checkpoint> {
    await this.units.apart(ctx, () => this.sealer.sealAll());
    return this.signHead(ctx, log);
  }

  /** Signs a place of a chain that the caller holds locked, in the open unit of work, unless that was done before. */
  async signAt(ctx: RequestContext, { log }: EventChainEntity, place: ChainPlace) {
    await this.publishKey(ctx);
    const known = await this.checkpoints.at(ctx, log, place.sequence);
    if (known) return { checkpoint: known, isNew: false };
    const checkpoint = this.statementOf(log, place, await this.checkpoints.newest(ctx, log));
    await this.checkpoints.insert(ctx, checkpoint);
    return { checkpoint, isNew: true };
  }

  /** Signs every log that has something new since its last checkpoint, an hour ago or longer. */
  async signAll(): Promise<void> {
    const ctx = RequestContext.system('job:checkpoints.sign', newId('req'));
    for (let after = ''; ;) {
      const chains = await this.chains.batch(ctx, after, BATCH);
      for (const chain of chains.filter(isDue)) {
        await this.units.run(ctx, { events: ['checkpoint.signed'] }, () => this.signHead(ctx, chain.log));
      }
      if (chains.length < BATCH) return;
      after = chains.at(-1)!.log;
    }
  }

  /** @throws AppError `invalid_transition` for a log in which nothing is sealed */
  private async signHead(ctx: RequestContext, log: string): Promise<Checkpoint> {
    const chain = await this.chains.lock(ctx, log);
    const { last_sequence, last_hash } = chain;
    if (last_sequence === 0) throw new AppError('invalid_transition');
    const { checkpoint, isNew } = await this.signAt(ctx, chain, { sequence: last_sequence, hash: last_hash });
    if (log !== PLATFORM) ctx.audit.inProject(log);
    const { sequence, hash, key_id } = checkpoint;
    const said = { sequence, hash, key_id };
    ctx.audit.change(checkpointTarget(checkpoint.id, `#${sequence}`), isNew ? null : said, said);
    return toCheckpoint(checkpoint);
  }

  private statementOf(
    log: string,
    { sequence, hash }: ChainPlace,
    newest: CheckpointEntity | null,
  ): CheckpointEntity {
    const unsigned = {
      id: newId('chk'),
      log,
      sequence,
      hash,
      previous_sequence: newest?.sequence ?? null,
      previous_hash: newest?.hash ?? null,
      created_at: new Date(),
      key_id: this.signer.publicKey.kid,
    };
    return { ...unsigned, signature: this.signer.sign(toStatement(unsigned)) };
  }

  /** Keeps the public key, for when another has taken its place. */
  private async publishKey(ctx: RequestContext): Promise<void> {
    if (this.keyIsKnown) return;
    const { kid, x } = this.signer.publicKey;
    const known = await this.checkpoints.keys(ctx);
    if (!known.some(key => key.kid === kid))
      await this.checkpoints.addKey(ctx, { kid, x, created_at: new Date() });
    else this.keyIsKnown = true;
  }
}

/** A checkpoint leaves an entry of its own, which alone is nothing new. */
function isDue({ last_sequence, signed_sequence, signed_at }: EventChainEntity): boolean {
  if (signed_sequence === null) return last_sequence > 0;
  return last_sequence > signed_sequence + 1 && signed_at!.getTime() <= Date.now() - HOUR_MS;
}

const checkpointTarget = defineTarget('checkpoint', { name: [] });
