import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { AuditRecord } from '../event-log/audit-record.js';
import { touchesAccess } from '../event-log/event-types.js';

const LIVES_MS = 1_000;
const MOST = 10_000;
const RENEW_EVERY_MS = 100;
/** How long before its end a value is read anew: long enough for the database to answer. */
const RENEW_BEFORE_MS = 400;

/**
 * Reads many remembered values anew, given by their keys; what is no more, it leaves out. What it answers as it was,
 * the same object, keeps everything that others remember of it.
 */
export type Renewal = (remembered: ReadonlyMap<string, unknown>) => Promise<ReadonlyMap<string, unknown>>;

interface Entry {
  value: unknown;
  until: number;
  /** Whether it was asked for since it was read. */
  used: boolean;
  readonly renewal: Renewal | undefined;
}

/**
 * Remembers, for at most a second, who a credential belongs to and what they may do in a project.
 * Forgets everything after a mutation of this process that may have changed either, so that it acts on
 * the very next request here, and within a second in other processes.
 *
 * What is in use is read anew before its second is over, many values at once: that costs a tenth of reading each when
 * somebody waits for it.
 */
@Injectable()
export class AccessCache {
  private entries = new Map<string, Entry>();
  private generation = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(units: UnitOfWork) {
    units.onCommitted((record: AuditRecord) => {
      if (mayChangeAccess(record)) this.forget();
    });
  }

  /** The remembered value, or undefined. */
  get<T>(key: string): T | undefined {
    const entry = this.entries.get(key);
    if (!entry || entry.until <= Date.now()) return undefined;
    entry.used = true;
    return entry.value as T;
  }

  /**
   * The remembered value, or what `load` finds; `null` is remembered for no time at all. With a `renewal`, the value
   * stays remembered while it is used.
   */
  async getOrLoad<T>(key: string, load: () => Promise<T | null>, renewal?: Renewal): Promise<T | null> {
    const remembered = this.get<T>(key);
    if (remembered !== undefined) return remembered;
    const { generation } = this;
    // A second from when it was asked for: what a slow read brings is as old as its question.
    const until = Date.now() + LIVES_MS;
    const value = await load();
    // What was read before a mutation committed must not be remembered after it.
    if (value !== null && generation === this.generation) this.set(key, value, until, renewal);
    return value;
  }

  forget(): void {
    this.generation++;
    this.entries = new Map();
  }

  private set(key: string, value: unknown, until: number, renewal: Renewal | undefined): void {
    if (this.entries.size >= MOST) this.entries = new Map();
    this.entries.set(key, { value, until, used: false, renewal });
    if (renewal) this.timer ??= setTimeout(() => void this.renew(), RENEW_EVERY_MS).unref();
  }

  /** Reads anew what is in use and will soon be too old, and forgets what is. */
  private async renew(): Promise<void> {
    const now = Date.now();
    const due = new Map<Renewal, Map<string, unknown>>();
    let waiting = false;
    for (const [key, { value, until, used, renewal }] of this.entries) {
      if (until <= now) this.entries.delete(key);
      if (until <= now || !renewal) continue;
      waiting = true;
      if (!used || until - now > RENEW_BEFORE_MS) continue;
      if (!due.has(renewal)) due.set(renewal, new Map());
      due.get(renewal)!.set(key, value);
    }
    for (const [renewal, remembered] of due) await this.renewThose(renewal, remembered);
    this.timer = waiting ? setTimeout(() => void this.renew(), RENEW_EVERY_MS).unref() : null;
  }

  private async renewThose(renewal: Renewal, remembered: Map<string, unknown>): Promise<void> {
    const { generation } = this;
    const until = Date.now() + LIVES_MS;
    // Where it fails, whoever asks next reads by themselves, and is told why that fails.
    const found = await renewal(remembered).catch(() => new Map<string, unknown>());
    if (generation !== this.generation) return;
    for (const [key, value] of found) this.entries.set(key, { value, until, used: false, renewal });
  }
}

/** By its own type, or that of anything else the mutation did. */
function mayChangeAccess({ type, effects }: AuditRecord): boolean {
  return type === null || touchesAccess(type) || effects.some(effect => touchesAccess(effect.type));
}
