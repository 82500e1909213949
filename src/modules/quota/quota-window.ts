/** The two policies of a subscription. */
export type QuotaPolicy = 'minute' | 'day';

/** An organization's subscription, or the limits of a key of its own. */
export interface Limits {
  readonly requests_per_minute: number;
  readonly requests_per_day: number;
}

/** What stands for no limit where another one holds anyway; Redis takes it for a number, unlike `Infinity`. */
export const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Whose quota it is: an organization's, which all its keys share, or a key's own within that. */
export type QuotaScope = 'organization' | 'api_key';

/** Whoever a request takes from. */
export interface QuotaHolder {
  readonly scope: QuotaScope;
  readonly id: string;
  readonly limits: Limits;
}

/** The windows of one holder that run now. */
export interface Quota {
  readonly minute: QuotaWindow;
  readonly day: QuotaWindow;
}

/** A holder's windows with the limits that hold in them. */
export interface Standing {
  readonly limits: Limits;
  readonly quota: Readonly<Quota>;
}

/** Of several standings, the one with the least left in each window. */
export function tightest(standings: readonly Standing[]): Standing {
  return standings.reduce((one, other) => {
    const minute = other.quota.minute.remaining(other.limits.requests_per_minute);
    const day = other.quota.day.remaining(other.limits.requests_per_day);
    const inMinute = minute < one.quota.minute.remaining(one.limits.requests_per_minute) ? other : one;
    const inDay = day < one.quota.day.remaining(one.limits.requests_per_day) ? other : one;
    if (inMinute === inDay) return inMinute;
    return {
      limits: {
        requests_per_minute: inMinute.limits.requests_per_minute,
        requests_per_day: inDay.limits.requests_per_day,
      },
      quota: { minute: inMinute.quota.minute, day: inDay.quota.day },
    };
  });
}

const LENGTH_MS: Record<QuotaPolicy, number> = { minute: 60_000, day: 86_400_000 };

/** The number of the period an instant falls into: whole minutes or days (UTC) since 1970. */
export function periodAt(policy: QuotaPolicy, now: number): number {
  return Math.floor(now / LENGTH_MS[policy]);
}

/**
 * What this process knows of one holder's quota in one period. Windows are fixed: a calendar minute, a
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
    readonly holderId: string,
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
