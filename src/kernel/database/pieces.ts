import { setImmediate as turn } from 'node:timers/promises';

const FIRST_ROWS = 100;
const MOST_ROWS = 500;
const FEWEST_ROWS = 20;
/** A piece that took less than this is followed by a larger one, one that took double by a smaller one. */
const PIECE_MS = 3;

/**
 * Reads rows of any number in pieces of a few milliseconds, between which others get their turn. `read` is given where
 * the piece before ended (null at first) and how many rows to read at most; fewer end it. `placeOf` says where a row
 * stands in the order that it reads in.
 */
export async function* inPieces<Row, Place>(
  read: (after: Place | null, limit: number) => Promise<Row[]>,
  placeOf: (row: Row) => Place,
): AsyncGenerator<Row[]> {
  let size = FIRST_ROWS;
  for (let after: Place | null = null; ;) {
    const began = performance.now();
    const rows = await read(after, size);
    const took = performance.now() - began;
    await turn();
    if (rows.length > 0) yield rows;
    if (rows.length < size) return;
    after = placeOf(rows.at(-1)!);
    if (took < PIECE_MS) size = Math.min(MOST_ROWS, size * 2);
    else if (took > 2 * PIECE_MS) size = Math.max(FEWEST_ROWS, size >> 1);
  }
}
