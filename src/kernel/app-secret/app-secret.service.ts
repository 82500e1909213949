import { Injectable, Logger } from '@nestjs/common';
import { Config, ConfigError } from '../config/config.js';
import { RequestContext } from '../context/request-context.js';
import { APP_SECRET_FILE, Vault } from '../crypto/vault.js';
import { newId } from '../database/ids.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { type SealedColumn, SealedColumns } from '../facets/sealed-columns.js';
import { AppSecretRepository, type SealedValue } from './app-secret.repository.js';

const BATCH = 200;
/** How many values that neither secret opens are named. */
const NAMED = 20;

/** What a change of the secret came to. */
export interface Rotation {
  /** How many values are sealed under the new secret now that were not before. */
  readonly resealed: number;
  /** How many values neither secret opens. */
  readonly unreadable: number;
  /** The first of those, as table and key. */
  readonly examples: readonly string[];
  /** Whether the former secret is not needed any more. */
  readonly complete: boolean;
}

/** Sees to it that data is only ever opened with the secret it was written with, and changes that secret. */
@Injectable()
export class AppSecret {
  private readonly logger = new Logger('AppSecret');

  constructor(
    private readonly rows: AppSecretRepository,
    private readonly columns: SealedColumns,
    private readonly vault: Vault,
    private readonly units: UnitOfWork,
    private readonly config: Config,
  ) {}

  /**
   * Compares the configured secret with the one that the data was written with; the first start keeps its fingerprint.
   * @throws ConfigError when it is another one
   */
  async check(): Promise<void> {
    const ctx = RequestContext.system('start-up', newId('req'));
    const { current, previous } = this.vault.fingerprints;
    const kept = (await this.rows.fingerprint(ctx)) ?? (await this.keepFirst(ctx, previous ?? current));
    if (kept === current) {
      if (previous) this.logger.log('APP_SECRET_PREVIOUS is not needed any more: take it away.');
    } else if (kept === previous) {
      this.logger.warn(
        'Until `rotate-secret` has run, APP_SECRET_PREVIOUS is needed: see docs/operating.md.',
      );
    } else {
      throw new ConfigError([this.mistake()]);
    }
  }

  /**
   * Seals everything in the database anew under the current secret, batch by batch; called again, it goes on where it
   * was. The former secret is needed no more once nothing is left that only it opens. With `leaveUnreadable`, values that
   * neither secret opens do not stand in the way: they were lost before.
   */
  async rotate({ leaveUnreadable }: { leaveUnreadable: boolean }): Promise<Rotation> {
    const ctx = RequestContext.system('cli', newId('req'));
    let resealed = 0;
    const unreadable: string[] = [];
    let lost = 0;
    for (const column of this.columns.all()) {
      const found = await this.resealAll(ctx, column);
      resealed += found.resealed;
      lost += found.unreadable.length;
      for (const key of found.unreadable)
        if (unreadable.length < NAMED) unreadable.push(`${column.table} ${key}`);
    }
    const complete = lost === 0 || leaveUnreadable;
    if (complete)
      await this.units.bookkeeping(ctx, () => this.rows.replace(ctx, this.vault.fingerprints.current));
    return { resealed, unreadable: lost, examples: unreadable, complete };
  }

  /** Of processes that start at once, the first keeps its secret's fingerprint. */
  private async keepFirst(ctx: RequestContext, fingerprint: string): Promise<string> {
    const kept = await this.units.bookkeeping(ctx, () => this.rows.keepFirst(ctx, fingerprint));
    return kept ? fingerprint : ((await this.rows.fingerprint(ctx)) ?? fingerprint);
  }

  private async resealAll(
    ctx: RequestContext,
    column: SealedColumn,
  ): Promise<{ resealed: number; unreadable: SealedValue['key'][] }> {
    const unreadable: SealedValue['key'][] = [];
    let resealed = 0;
    let after: SealedValue['key'] | null = null;
    while (true) {
      const values: SealedValue[] = await this.rows.sealedAfter(ctx, column, after, BATCH);
      const changes: { value: SealedValue; by: string }[] = [];
      for (const value of values) {
        const by = this.reseal(column, value);
        if (by === undefined) unreadable.push(value.key);
        else if (by !== null) changes.push({ value, by });
      }
      if (changes.length > 0)
        await this.units.bookkeeping(ctx, async () => {
          for (const { value, by } of changes) await this.rows.replaceSealed(ctx, column, value, by);
        });
      resealed += changes.length;
      if (values.length < BATCH) return { resealed, unreadable };
      after = values.at(-1)!.key;
    }
  }

  /** Null when it is sealed under the current secret already, undefined when neither secret opens it. */
  private reseal({ purpose }: SealedColumn, { sealed }: SealedValue): string | null | undefined {
    try {
      return this.vault.reseal(purpose, sealed);
    } catch {
      return undefined;
    }
  }

  private mistake(): string {
    const where = this.config.appSecret === null ? `the one in DATA_DIR/${APP_SECRET_FILE}` : 'this one';
    return (
      `APP_SECRET: the data in the database was written with another secret than ${where}; ` +
      'set that one, or to change it set the former one as APP_SECRET_PREVIOUS beside it'
    );
  }
}
