import { isKeySecret, newKeySecret, previewOf } from './key-secret.js';

describe('a key secret', () => {
  it('says its environment and carries its own checksum', () => {
    expect(newKeySecret('sandbox')).toMatch(/^bw_test_[0-9A-Za-z]{38}$/);
    expect(newKeySecret('production')).toMatch(/^bw_live_[0-9A-Za-z]{38}$/);
    for (let made = 0; made < 200; made++) expect(isKeySecret(newKeySecret('sandbox'))).toBe(true);
  });

  it('is the same for everybody who computes the checksum: CRC-32 in base62, digits first', () => {
    expect(isKeySecret('bw_test_0123456789ABCDEFGHIJKLMNOPQRSTUV1XW22x')).toBe(true);
  });

  it('is never made twice', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => newKeySecret('sandbox'))).size).toBe(1_000);
  });

  it('is refused with any one character changed, or two swapped', () => {
    const secret = newKeySecret('production');
    for (let at = 0; at < secret.length; at++) {
      const other = secret[at] === 'x' ? 'y' : 'x';
      expect(isKeySecret(secret.slice(0, at) + other + secret.slice(at + 1))).toBe(false);
      if (at === 0 || secret[at] === secret[at - 1]) continue;
      const swapped = secret.slice(0, at - 1) + secret[at] + secret[at - 1] + secret.slice(at + 1);
      expect(isKeySecret(swapped)).toBe(false);
    }
  });

  it.each(['', 'bw_test_', 'bw_prod_', `${newKeySecret('sandbox')} `, `${newKeySecret('sandbox')}\n`])(
    'is not %j',
    value => expect(isKeySecret(value)).toBe(false),
  );

  it('is shown by prefix and end only', () => {
    expect(previewOf('bw_live_0123456789ABCDEFGHIJKLMNOPQRSTUVabWXYZ')).toBe('bw_live_…WXYZ');
  });
});
