/** The two policies of a subscription. */
export type QuotaPolicy = 'minute' | 'day';

/** An organization's subscription. */
export interface Limits {
  readonly requests_per_minute: number;
  readonly requests_per_day: number;
}

/** The windows of one organization that run now. */
export interface Quota {
  readonly minute: QuotaWindow;
  readonly day: QuotaWindow;
}

const LENGTH_MS: Record<QuotaPolicy, number> = { minute: 60_000, day: 86_400_000 };

/** The number of the period an instant falls into: whole minutes or days (UTC) since 1970. */
export function periodAt(policy: QuotaPolicy, now: number): number {
  return Math.floor(now / LENGTH_MS[policy]);
}

/**
 * What this process knows of one organization's quota in one period. Windows are fixed: a calendar minute, a
 * UTC day. Nothing spent ever comes back, so what is known to be used up needs no second look.
 */
export class QuotaWindow {
  /** What all processes have spent, as far as this one knows. */
  spent = 0;
  /** What this process has spent of it. */
  spentHere = 0;
  /** What this process spent while Redis was away, and Redis was not told yet. */
  untold = 0;
  /** What `spentHere` was when it was last written to the database. */
  recorded = 0;
  /** Whether it is known what was spent before this process started. */
  complete: boolean;

  constructor(
    readonly organizationId: string,
    readonly policy: QuotaPolicy,
    readonly period: number,
    processStartedAt: number,
  ) {
    this.complete = this.startsAt >= processStartedAt;
  }

  get startsAt(): number {
    return this.period * LENGTH_MS[this.policy];
  }

  get endsAt(): number {
    return (this.period + 1) * LENGTH_MS[this.policy];
  }

  /** Counts what this process spends without asking anybody. */
  spend(cost: number): void {
    this.spent += cost;
    this.spentHere += cost;
    this.untold += cost;
  }

  /** Notes what all processes together have spent; what this process has not told is not among it. */
  learn(spent: number): void {
    this.spent = Math.max(this.spent, spent + this.untold);
  }

  remaining(limit: number): number {
    return Math.max(0, limit - this.spent);
  }

  secondsLeft(now: number): number {
    return Math.max(1, Math.ceil((this.endsAt - now) / 1000));
  }
}
