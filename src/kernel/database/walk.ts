import { setImmediate as turn } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { newestIds, type Stretch } from './stretch.js';

const FIRST_ROWS = 1_000;
const MOST_ROWS = 32_000;
const FEWEST_ROWS = 250;
/**
 * A step that took less than this is followed by a longer one, one that took double by a shorter one. SQLite holds the
 * event loop for a step, other databases only a connection.
 */
const STEP_MS = { sqlite: 3, others: 20 };

/**
 * Walks through a stretch, newest first, in steps of a few milliseconds between which others get their turn. `visit`
 * is given each part of the stretch and how many rows it has, of the last part undefined, and answers whether to go on.
 */
export async function walk(
  manager: EntityManager,
  stretch: Stretch,
  visit: (part: Stretch, rows: number | undefined) => Promise<boolean>,
): Promise<void> {
  const stepMs = manager.connection.options.type === 'better-sqlite3' ? STEP_MS.sqlite : STEP_MS.others;
  let before = stretch.before;
  // Ids alone are read many times as fast as what a condition looks at.
  for (let size = stretch.where ? FIRST_ROWS : 8 * FIRST_ROWS; ;) {
    const began = performance.now();
    const { sql, values } = newestIds({ ...stretch, before }, 1, size - 1);
    const [first] = await manager.query<{ id: string }[]>(sql, values);
    if (!first) {
      await visit({ ...stretch, before }, undefined);
      return;
    }
    if (!(await visit({ ...stretch, before, from: first.id }, size))) return;
    const took = performance.now() - began;
    if (took < stepMs) size = Math.min(MOST_ROWS, size * 2);
    else if (took > 2 * stepMs) size = Math.max(FEWEST_ROWS, size >> 1);
    before = first.id;
    await turn();
  }
}
