import fc from 'fast-check';
import { fold } from '../text/search.js';
import { decodeCursor, encodeCursor, paginate } from './pagination.js';

describe('cursors', () => {
  it('come back as what they were made from', () => {
    expect(decodeCursor(undefined)).toBeNull();
    expect(decodeCursor(encodeCursor('prj_01kaj0v7w3m6tn5x9q2e8rfyzd'))).toBe(
      'prj_01kaj0v7w3m6tn5x9q2e8rfyzd',
    );
  });

  it('of any other making are refused', () => {
    const foreign = [
      '',
      'garbage',
      'djE6',
      Buffer.from('v2:x').toString('base64url'),
      `${encodeCursor('x')}=`,
    ];
    foreign.push(Buffer.from('v1:\0').toString('base64url'), encodeCursor('é'), encodeCursor('x y'));
    for (const cursor of foreign) {
      expect(() => decodeCursor(cursor)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }));
    }
    fc.assert(
      fc.property(fc.string(), text => {
        try {
          expect(encodeCursor(decodeCursor(text)!)).toBe(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_cursor' });
        }
      }),
    );
  });
});

describe('a page', () => {
  const rows = ['c', 'b', 'a'].map(id => ({ id }));
  it('has one more page exactly when one row more was found', () => {
    expect(paginate(rows, 2, 7, row => row.id)).toEqual({
      items: ['c', 'b'],
      total_count: 7,
      has_more: true,
      next_cursor: encodeCursor('b'),
    });
    expect(paginate(rows, 3, 3, row => row.id)).toMatchObject({ has_more: false, next_cursor: null });
    expect(paginate([], 3, 0, String)).toEqual({
      items: [],
      total_count: 0,
      has_more: false,
      next_cursor: null,
    });
  });

  it('says how many there are up to 10,000, and that there are more beyond', () => {
    const totalOf = (total: number) => {
      const { total_count, total_count_is_minimum } = paginate(rows, 3, total, String);
      return [total_count, total_count_is_minimum];
    };
    expect(totalOf(10_000)).toEqual([10_000, undefined]);
    expect(totalOf(10_001)).toEqual([10_000, true]);
  });
});

describe('searches', () => {
  it('fold case and compatibility forms, and folding twice changes nothing more', () => {
    expect(fold('ＡＢＣ ﬁ STRASSE')).toBe('abc fi strasse');
    expect(fold('straße')).toBe(fold('STRASSE'));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => expect(fold(fold(text))).toBe(fold(text))));
  });
});
