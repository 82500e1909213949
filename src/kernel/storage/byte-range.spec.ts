import { matches, rangeOf } from './byte-range.js';

describe('rangeOf', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=2-5', { start: 2, end: 5 }],
    ['bytes=7-', { start: 7, end: 9 }],
    ['bytes=7-1000', { start: 7, end: 9 }],
    ['bytes=0-99999999999999999999999', { start: 0, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-1000', { start: 0, end: 9 }],
    ['BYTES=1-2', { start: 1, end: 2 }],
  ])('%s of ten bytes', (header, range) => {
    expect(rangeOf(header, 10)).toEqual(range);
  });

  it.each(['bytes=10-', 'bytes=10-12', 'bytes=-0', 'bytes=99999999999999999999-'])(
    '%s is not there',
    header => {
      expect(rangeOf(header, 10)).toBe('unsatisfiable');
    },
  );

  it.each([undefined, 'bytes=', 'bytes=-', 'bytes=5-2', 'bytes=a-b', 'bytes=0-1,3-4', 'items=0-1', '0-1'])(
    '%s asks for everything',
    header => {
      expect(rangeOf(header, 10)).toBeNull();
    },
  );

  it('of nothing there is no part', () => {
    expect(rangeOf('bytes=0-', 0)).toBe('unsatisfiable');
    expect(rangeOf('bytes=-5', 0)).toBe('unsatisfiable');
  });
});

describe('matches', () => {
  it.each(['"a"', 'W/"a"', '"b", "a"', '"b",W/"a"', ' * '])('%s', header => {
    expect(matches(header, '"a"')).toBe(true);
  });

  it.each([undefined, '"b"', 'a', '"aa"', ''])('not %s', header => {
    expect(matches(header, '"a"')).toBe(false);
  });
});
