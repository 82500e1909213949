import { addressEntry, ipAllowed } from './allow-lists.js';

describe('allowed addresses', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::1', '2001:0db8:0000::0001', true],
    ['::/0', '192.0.2.1', false],
    ['192.0.2.1', '::ffff:192.0.2.1', true],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
    ['::ffff:192.0.2.0/120', '192.0.2.77', true],
    ['::ffff:192.0.2.0/120', '192.0.3.77', false],
    ['192.0.2.1', 'unknown', false],
    ['192.0.2.1', '', false],
  ])('%s, asked from %s: %s', (entry, ip, allowed) => expect(ipAllowed([entry], ip)).toBe(allowed));

  it('an empty list admits every address, even an unknown one; any other admits no unknown one', () => {
    expect(ipAllowed([], null)).toBe(true);
    expect(ipAllowed(['0.0.0.0/0', '::/0'], null)).toBe(false);
  });

  it.each(['192.0.2.1', '192.0.2.0/24', '2001:db8::1', '2001:db8::/32', '::ffff:192.0.2.1'])(
    '%s is an entry',
    entry => expect(addressEntry(entry)).not.toBeNull(),
  );
  it.each([
    '',
    '192.0.2',
    '192.0.2.256',
    '2130706433',
    '0300.0.2.1',
    '192.0.2.0/33',
    '192.0.2.0/',
    'example.com',
    '*',
    'fe80::1%eth0',
  ])('%s is none', entry => expect(addressEntry(entry)).toBeNull());
});
