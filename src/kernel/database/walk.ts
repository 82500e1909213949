import { setImmediate as turn } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { newestIds, type Stretch } from './stretch.js';

const FIRST_ROWS = 1_000;
const MOST_ROWS = 32_000;
const FEWEST_ROWS = 250;
/** A step that took less than this is followed by a longer one, one that took double by a shorter one. */
const STEP_MS = 3;

/**
 * Walks through a stretch, newest first, in steps of a few milliseconds between which others get their turn:
 * SQLite holds the event loop while it works. `visit` is given each part of the stretch and how many rows it
 * has, and answers whether to go on.
 */
export async function walk(
  manager: EntityManager,
  stretch: Stretch,
  visit: (part: Stretch, rows: number) => Promise<boolean>,
): Promise<void> {
  let before = stretch.before;
  // Ids alone are read many times as fast as what a condition looks at.
  for (let size = stretch.where ? FIRST_ROWS : 8 * FIRST_ROWS; ;) {
    const began = performance.now();
    const { sql, values } = newestIds({ ...stretch, before }, size);
    const step = `SELECT COUNT(*) AS seen, MIN(id) AS first FROM (${sql}) step`;
    const [{ seen, first }] = await manager.query<[{ seen: number | string; first: string }]>(step, values);
    const rows = Number(seen);
    if (rows === 0 || !(await visit({ ...stretch, before, from: first }, rows)) || rows < size) return;
    const took = performance.now() - began;
    if (took < STEP_MS) size = Math.min(MOST_ROWS, size * 2);
    else if (took > 2 * STEP_MS) size = Math.max(FEWEST_ROWS, size >> 1);
    before = first;
    await turn();
  }
}
