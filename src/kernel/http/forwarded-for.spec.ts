import { soundForwardedFor } from './forwarded-for.js';

it.each([
  ['203.0.113.9', '203.0.113.9'],
  ['203.0.113.9, 10.0.0.1', '203.0.113.9, 10.0.0.1'],
  [' 203.0.113.9 ,10.0.0.1 ', '203.0.113.9, 10.0.0.1'],
  ['203.0.113.9:51234', '203.0.113.9'],
  ['2001:db8::1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443, 10.0.0.1:80', '2001:db8::1, 10.0.0.1'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:DB8:0::1', '2001:db8::1'],
  ['unknown, 203.0.113.9', '203.0.113.9'],
  ['198.51.100.1, unknown, 203.0.113.9', '203.0.113.9'],
  ['203.0.113.9, unknown', undefined],
  ['203.0.113.9,', undefined],
  ['', undefined],
  ['2130706433', undefined],
  ['0x7f.0.0.1', undefined],
  ['127.1', undefined],
  ['fe80::1%eth0', undefined],
  ['[203.0.113.9', undefined],
  ['x'.repeat(10_000), undefined],
])('of %j stays %j', (given, left) => {
  const headers = { 'x-forwarded-for': given };
  soundForwardedFor(headers);
  expect(headers['x-forwarded-for']).toBe(left);
});

it('without the header there is none', () => {
  const headers = {};
  soundForwardedFor(headers);
  expect(headers).toEqual({});
});
