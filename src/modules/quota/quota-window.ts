/** The two policies of a subscription. */
export type QuotaPolicy = 'minute' | 'day';

const LENGTH_MS: Record<QuotaPolicy, number> = { minute: 60_000, day: 86_400_000 };

/** The number of the period an instant falls into: whole minutes or days (UTC) since 1970. */
export function periodAt(policy: QuotaPolicy, now: number): number {
  return Math.floor(now / LENGTH_MS[policy]);
}

/** Which quota is meant: one organization's, for one calendar minute or day. */
export interface QuotaPeriod {
  readonly organizationId: string;
  readonly policy: QuotaPolicy;
  readonly period: number;
}

/** How much of a quota one process has taken. */
export interface QuotaTaken extends QuotaPeriod {
  readonly taken: number;
}

/**
 * This process's view of one organization's quota in one period. Windows are fixed: a calendar minute, a
 * UTC day.
 *
 * A process takes quota in small lots from what all processes share, and spends its lots without asking
 * anybody. So `used` ≤ `taken`, and what all processes took never exceeds the limit.
 */
export class QuotaWindow implements QuotaPeriod {
  /** What this process has taken from the shared quota so far. */
  taken = 0;
  /** What of it was spent on requests. */
  used = 0;
  /** What the other processes had taken when this one last asked. */
  others = 0;
  /** The same, by process. */
  othersBy: ReadonlyMap<string, number> = new Map();
  /** The limit when this process last asked. */
  limit = 0;
  /** When this process last took some, in milliseconds since 1970. */
  takenAt = 0;
  /** How much it took then. */
  lot = 0;
  /** What `taken` was when it was last written to the database. */
  recorded = 0;
  /** Which connection to Redis knows what was counted before it, see `SharedQuota`. */
  connection = -1;

  constructor(
    readonly organizationId: string,
    readonly policy: QuotaPolicy,
    readonly period: number,
  ) {}

  get startsAt(): number {
    return this.period * LENGTH_MS[this.policy];
  }

  get endsAt(): number {
    return (this.period + 1) * LENGTH_MS[this.policy];
  }

  /** Whether `cost` can be spent at once. A limit that was lowered acts on what has been taken, too. */
  has(cost: number, limit: number): boolean {
    return this.used + cost <= this.taken && this.others + this.used + cost <= limit;
  }

  remaining(limit: number): number {
    return Math.max(0, limit - this.others - this.used);
  }

  secondsLeft(now: number): number {
    return Math.max(1, Math.ceil((this.endsAt - now) / 1000));
  }
}
