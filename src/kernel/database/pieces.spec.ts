import { inPieces } from './pieces.js';

it.each([0, 1, 99, 100, 101, 5_000])('brings each of %i rows once, in order', async count => {
  const all = Array.from({ length: count }, (_, at) => at);
  const found: number[] = [];
  const read = async (after: number | null, limit: number) => {
    const first = after === null ? 0 : after + 1;
    return all.slice(first, first + limit);
  };
  for await (const rows of inPieces(read, row => row)) {
    expect(rows.length).toBeLessThanOrEqual(500);
    found.push(...rows);
  }
  expect(found).toEqual(all);
});
