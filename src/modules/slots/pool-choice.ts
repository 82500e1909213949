import { AppError } from '../../kernel/errors/app-error.js';

interface Room {
  readonly capacity: number;
  readonly in_use: number;
}

/**
 * The first pool that has so many slots free.
 * @throws AppError `slot_split_required` when only several together have, `slot_insufficient_capacity`
 */
export function choosePool<P extends Room>(pools: readonly P[], amount: number): P {
  const chosen = pools.find(pool => roomIn(pool) >= amount);
  if (chosen) return chosen;
  const available = pools.reduce((sum, pool) => sum + roomIn(pool), 0);
  throw new AppError(available >= amount ? 'slot_split_required' : 'slot_insufficient_capacity', {
    details: { requested: amount, available },
  });
}

function roomIn({ capacity, in_use }: Room): number {
  return capacity - in_use;
}
