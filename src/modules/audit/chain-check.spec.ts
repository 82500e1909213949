import { ChainCheck, type ChainEntry, type ChainPlace } from './chain-check.js';
import { hashOf } from './event-hash.js';

interface Row {
  id: string;
  sequence: number;
  text: string;
  previous_hash: string | null;
  hash: string;
}

function chain(length: number): Row[] {
  const rows: Row[] = [];
  for (let sequence = 1; sequence <= length; sequence++)
    rows.push(
      sealed({ id: `evt_${sequence}`, sequence, text: 'x', previous_hash: rows.at(-1)?.hash ?? null }),
    );
  return rows;
}

function sealed({ hash: _hash, ...row }: Omit<Row, 'hash'> & { hash?: string }): Row {
  return { ...row, hash: hashOf(row) };
}

/** Every entry from here on sealed anew, as somebody with the database would. */
function resealed(rows: Row[]): Row[] {
  const again: Row[] = [];
  for (const row of rows) again.push(sealed({ ...row, previous_hash: again.at(-1)?.hash ?? null }));
  return again;
}

/** Takes the rows in the order in which they stand, as they do in a file. */
function check(
  rows: Row[],
  {
    start = null,
    signed = [],
    heads = [],
  }: Partial<{ start: ChainPlace | null; signed: ChainPlace[]; heads: ChainPlace[] }> = {},
) {
  const check = new ChainCheck(start, new Map(signed.map(({ sequence, hash }) => [sequence, hash])));
  for (const { hash, ...row } of rows) {
    const entry: ChainEntry = { ...row, hash, previousHash: row.previous_hash, computed: hashOf(row) };
    check.add(entry);
  }
  return check.end([...signed, ...heads]);
}

const place = (row: Row): ChainPlace => ({ sequence: row.sequence, hash: row.hash });

describe('a chain', () => {
  const rows = chain(9);
  const at = (sequence: number) => rows[sequence - 1]!;

  it('is good as it was made, whole or from where it was purged', () => {
    expect(check(rows, { heads: [place(at(9))], signed: [place(at(4))] })).toBeNull();
    expect(check(rows.slice(4), { start: place(at(4)) })).toBeNull();
    expect(check([])).toBeNull();
  });

  it('shows an entry that was changed', () => {
    expect(check(rows.with(4, { ...at(5), text: 'y' }))).toEqual({
      sequence: 5,
      id: 'evt_5',
      reason: 'changed',
    });
  });

  it('shows an entry that was changed and hashed anew, by the one after it', () => {
    expect(check(rows.with(4, sealed({ ...at(5), text: 'y' })))).toEqual({
      sequence: 5,
      id: 'evt_5',
      reason: 'changed',
    });
  });

  it('shows a whole chain that was hashed anew, by a checkpoint', () => {
    const forged = resealed(rows.with(4, { ...at(5), text: 'y' }));
    expect(check(forged, { heads: [place(forged[8]!)] })).toBeNull();
    expect(check(forged, { signed: [place(at(4)), place(at(7))] })).toEqual({
      sequence: 7,
      id: 'evt_7',
      reason: 'changed',
    });
  });

  it('shows what was deleted in the middle, at the beginning and at the end', () => {
    expect(check(rows.toSpliced(4, 1))).toEqual({ sequence: 5, id: null, reason: 'missing' });
    expect(check(rows.slice(2))).toEqual({ sequence: 1, id: null, reason: 'missing' });
    expect(check(rows.slice(0, 7), { heads: [place(at(9))] })).toEqual({
      sequence: 8,
      id: null,
      reason: 'cut',
    });
    expect(check(rows.slice(0, 7), { signed: [place(at(8))] })).toEqual({
      sequence: 8,
      id: null,
      reason: 'cut',
    });
    expect(check([], { signed: [place(at(1))] })).toEqual({ sequence: 1, id: null, reason: 'cut' });
  });

  it('shows entries that changed places', () => {
    const swapped = rows.with(4, { ...at(6), sequence: 5 }).with(5, { ...at(5), sequence: 6 });
    expect(check(swapped)).toEqual({ sequence: 5, id: 'evt_6', reason: 'reordered' });
    const moved = rows.with(6, { ...at(3), sequence: 7 });
    expect(check(moved)).toEqual({ sequence: 7, id: 'evt_3', reason: 'reordered' });
  });

  it('shows lines of a file that changed places, and tells them from missing ones', () => {
    const swapped = rows.with(4, at(6)).with(5, at(5));
    expect(check(swapped)).toEqual({ sequence: 6, id: 'evt_6', reason: 'reordered' });
    expect(check(rows.toReversed())).toEqual({ sequence: 9, id: 'evt_9', reason: 'reordered' });
    expect(check(swapped.toSpliced(5, 1))).toEqual({ sequence: 5, id: null, reason: 'missing' });
  });
});
