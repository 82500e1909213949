import { Secret } from 'otpauth';
import { newRecoveryCodes, newSecret, otpauthUrl, plainCode, stepOf } from './totp-codes.js';

// RFC 6238, appendix B: the SHA-1 secret, and the last six of the eight digits.
const SECRET = Secret.fromLatin1('12345678901234567890').base32;

describe('one-time codes', () => {
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('are those of RFC 6238 at %i', (seconds, code) => {
    expect(stepOf(SECRET, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
  });

  it('are good a step earlier and a step later, and no longer', () => {
    const at = (steps: number) => stepOf(SECRET, '287082', (59 + 30 * steps) * 1000);
    expect([-2, -1, 0, 1, 2].map(at)).toEqual([null, 1, 1, 1, null]);
  });

  it.each(['', '28708', '2870820', '28708a', ' 287082', '２８７０８２'])('refuse %j', code => {
    expect(stepOf(SECRET, code, 59_000)).toBeNull();
  });

  it('come from secrets of 160 bits that apps can scan', () => {
    const secret = newSecret();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    const url = new URL(otpauthUrl(secret, 'ada@example.com'));
    expect(url.protocol).toBe('otpauth:');
    expect(decodeURIComponent(url.pathname)).toContain('Bailiwick:ada@example.com');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ secret, issuer: 'Bailiwick', digits: '6' });
  });
});

it('recovery codes differ, and are the same however they are typed', () => {
  const codes = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) expect(code).toMatch(/^[a-z0-9]{5}-[a-z0-9]{5}$/);
  expect(plainCode(' K3JW9 x7qmt')).toBe('k3jw9x7qmt');
});
