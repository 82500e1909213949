import type { AlertOperator, AlertWindow } from './alert-threshold.entity.js';

const MINUTE = 60_000;

/** The length of each window, in milliseconds. */
export const WINDOW_MS: Record<AlertWindow, number> = {
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '1h': 60 * MINUTE,
  '24h': 24 * 60 * MINUTE,
};

/** Whether a measured value is on the side of the threshold that people want to hear of. */
export function crosses(measured: number, operator: AlertOperator, value: number): boolean {
  switch (operator) {
    case '>':
      return measured > value;
    case '>=':
      return measured >= value;
    case '<':
      return measured < value;
    case '<=':
      return measured <= value;
  }
}
