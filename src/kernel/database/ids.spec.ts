import { firstIdAt, isId, newId, timeOfId } from './ids.js';

describe('ids', () => {
  it('are a prefix and a lower-case ULID', () => {
    expect(newId('prj')).toMatch(/^prj_[0-9a-hjkmnp-tv-z]{26}$/);
  });

  it('sort in the order they were made, also within a millisecond', () => {
    const ids = Array.from({ length: 1_000 }, () => newId('key'));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are recognised, with their prefix when it matters', () => {
    const id = newId('usr');
    expect(isId(id)).toBe(true);
    expect(isId(id, 'usr')).toBe(true);
    expect(isId(id, 'org')).toBe(false);
  });

  it.each([
    '',
    'usr_',
    'usr_01ARZ3NDEKTSV4RRFFQ69G5FAV',
    'usr_01arz3ndektsv4rrffq69g5fa',
    `usr_${'u'.repeat(26)}`,
    "usr_' OR 1=1",
  ])('do not look like %j', value => {
    expect(isId(value)).toBe(false);
  });

  it('are not hidden by a line break', () => {
    expect(isId(`${newId('usr')}\n`)).toBe(false);
  });
});

describe('the time in an id', () => {
  it('is when it was made', () => {
    const before = Date.now();
    const made = timeOfId(newId('req'));
    expect(made).toBeGreaterThanOrEqual(before);
    expect(made).toBeLessThanOrEqual(Date.now());
  });

  it.each([0, 1, 1_763_700_000_123, 253_402_300_799_999])('%i can be looked for', time => {
    const first = firstIdAt('req', new Date(time));
    expect(isId(first)).toBe(true);
    expect(timeOfId(first)).toBe(time);
    expect(first < firstIdAt('req', new Date(time + 1))).toBe(true);
  });

  it('has no instants before 1970', () => {
    expect(timeOfId(firstIdAt('req', new Date(-5)))).toBe(0);
  });
});
