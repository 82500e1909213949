import { Injectable } from '@nestjs/common';
import type { AuditRecord } from '../event-log/audit-record.js';
import { touchesAccess } from '../event-log/event-types.js';
import { UnitOfWork } from '../database/unit-of-work.js';

const LIVES_MS = 1_000;
const MOST = 10_000;

/**
 * Remembers, for at most a second, who a credential belongs to and what they may do in a project.
 * Forgets everything after a mutation of this process that may have changed either, so that it acts on
 * the very next request here, and within a second in other processes.
 */
@Injectable()
export class AccessCache {
  private entries = new Map<string, { value: unknown; until: number }>();
  private generation = 0;

  constructor(units: UnitOfWork) {
    units.onCommitted((record: AuditRecord) => {
      if (mayChangeAccess(record)) this.forget();
    });
  }

  /** The remembered value, or undefined. */
  get<T>(key: string): T | undefined {
    const entry = this.entries.get(key);
    return entry && entry.until > Date.now() ? (entry.value as T) : undefined;
  }

  /** The remembered value, or what `load` finds; `null` is remembered for no time at all. */
  async getOrLoad<T>(key: string, load: () => Promise<T | null>): Promise<T | null> {
    const remembered = this.get<T>(key);
    if (remembered !== undefined) return remembered;
    const { generation } = this;
    // A second from when it was asked for: what a slow read brings is as old as its question.
    const until = Date.now() + LIVES_MS;
    const value = await load();
    // What was read before a mutation committed must not be remembered after it.
    if (value !== null && generation === this.generation) this.set(key, value, until);
    return value;
  }

  forget(): void {
    this.generation++;
    this.entries = new Map();
  }

  private set(key: string, value: unknown, until: number): void {
    if (this.entries.size >= MOST) this.entries = new Map();
    this.entries.set(key, { value, until });
  }
}

/** By its own type, or that of anything else the mutation did. */
function mayChangeAccess({ type, effects }: AuditRecord): boolean {
  return type === null || touchesAccess(type) || effects.some(effect => touchesAccess(effect.type));
}
