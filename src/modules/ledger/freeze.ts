import type { BusinessType, ConsumeAnswer, FreezeAnswer, UnfreezeAnswer } from './billing.dto.js';
import type { Selector } from './spending.js';

/** `AUTO_`: by itself, when its time was over. */
export type FreezeStatus = 'FROZEN' | 'CONSUMED' | 'UNFROZEN' | 'AUTO_CONSUMED' | 'AUTO_UNFROZEN';

/** What is frozen of one account. */
export interface FrozenPart {
  readonly account_id: string;
  readonly amount: number;
}

/** Credit that is kept for something, until it is used or given back. */
export interface FreezeRow {
  readonly id: string;
  readonly project_id: string;
  readonly transaction_id: string;
  readonly customer_row_id: string;
  readonly amount: number;
  /** What may be drawn upon when more is used than was frozen. */
  readonly selector: Selector;
  readonly parts: readonly FrozenPart[];
  readonly business_type: BusinessType;
  readonly description: string | null;
  readonly status: FreezeStatus;
  readonly due_action: 'UNFREEZE' | 'CONSUME' | null;
  /** When it settles by itself; null as soon as it is settled, or when it never does. */
  readonly due_at: Date | null;
  /** The answer to freezing it. */
  readonly answer: FreezeAnswer;
  /** The answer to consuming or releasing it, or what that would have been. */
  readonly settlement: ConsumeAnswer | UnfreezeAnswer | null;
  readonly created_at: Date;
}

/** Whether a freeze's time is over although nothing has been done about it yet. */
export function isOverdue({ status, due_at }: Pick<FreezeRow, 'status' | 'due_at'>, at: Date): boolean {
  return status === 'FROZEN' && due_at !== null && due_at <= at;
}
