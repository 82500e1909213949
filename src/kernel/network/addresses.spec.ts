import { contains, formatNetwork, limitKey, parseAddress, parseNetwork } from './addresses.js';

const shown = (text: string) => {
  const network = parseNetwork(text);
  return network && formatNetwork(network);
};

describe('parseNetwork', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7/24', '203.0.113.0/24'],
    ['10.255.0.0/8', '10.0.0.0/8'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['203.0.113.7/32', '203.0.113.7'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:db8::1/32', '2001:db8::/32'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
    ['::1/128', '::1'],
  ])('reads %s as %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each([
    ...[
      '192.168/16',
      '127/8',
      '010.0.0.0/8',
      '0x0a.0.0.0/8',
      '0x0a000001',
      '3232235521',
      '3232235521/32',
      '1.2.3',
    ],
    ...['192.0.2.1/33', '192.0.2.1/08', '192.0.2.1/+8', '192.0.2.1/', '192.0.2.1/8/8', '/8', '', 'localhost'],
    ...['fe80::1%eth0', '2001:db8::/129', '::ffff:10.0.0.0/95', '2001:db8', ' 192.0.2.1'],
  ])('refuses %j', text => {
    expect(parseNetwork(text)).toBeNull();
  });
});

describe('contains', () => {
  it('compares addresses of one family', () => {
    const network = parseNetwork('10.0.0.0/8')!;
    expect(contains(network, parseAddress('10.9.8.7')!)).toBe(true);
    expect(contains(network, parseAddress('::ffff:10.9.8.7')!)).toBe(true);
    expect(contains(network, parseAddress('11.0.0.1')!)).toBe(false);
    expect(contains(network, parseAddress('2001:db8::1')!)).toBe(false);
  });
});

describe('limitKey', () => {
  it('counts an IPv6 /64, however its addresses are written, as one', () => {
    expect(limitKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::');
    expect(limitKey('2001:0DB8:0001:0002::9')).toBe('2001:db8:1:2::');
    expect(limitKey('2001:db8:1:3::9')).not.toBe(limitKey('2001:db8:1:2::9'));
  });

  it('counts IPv4 addresses each, also those written as IPv6', () => {
    expect(limitKey('192.0.2.1')).toBe('192.0.2.1');
    expect(limitKey('::ffff:192.0.2.1')).toBe('192.0.2.1');
  });
});
