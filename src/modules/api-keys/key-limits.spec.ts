import { type KeyLimits, limitsExceeded } from './key-limits.js';

const open: KeyLimits = {
  expires_at: null,
  allowed_ips: [],
  allowed_domains: [],
  requests_per_minute: null,
  requests_per_day: null,
};
const soon = new Date(1_000);
const later = new Date(2_000);

it('finds nothing wider than no limits at all', () => {
  expect(limitsExceeded(open, open)).toEqual([]);
  expect(
    limitsExceeded(
      {
        ...open,
        expires_at: soon,
        allowed_ips: ['::1'],
        allowed_domains: ['a.example'],
        requests_per_day: 1,
      },
      open,
    ),
  ).toEqual([]);
});

it('finds every limit that is missing', () => {
  const outer = {
    expires_at: soon,
    allowed_ips: ['10.0.0.1'],
    allowed_domains: ['a.example'],
    requests_per_minute: 5,
    requests_per_day: 9,
  };
  expect(limitsExceeded(open, outer)).toEqual(Object.keys(outer));
  expect(limitsExceeded(outer, outer)).toEqual([]);
});

it.each([
  [soon, later, true],
  [later, later, true],
  [later, soon, false],
])('an expiry at %s is within one at %s: %s', (inner, outer, kept) => {
  expect(limitsExceeded({ ...open, expires_at: inner }, { ...open, expires_at: outer })).toEqual(
    kept ? [] : ['expires_at'],
  );
});

it.each([
  [4, 5, true],
  [5, 5, true],
  [6, 5, false],
  [null, 5, false],
  [6, null, true],
])('%j requests per minute within %j: %s', (inner, outer, kept) => {
  expect(
    limitsExceeded({ ...open, requests_per_minute: inner }, { ...open, requests_per_minute: outer }),
  ).toEqual(kept ? [] : ['requests_per_minute']);
});

it.each([
  [['10.1.2.3'], ['10.0.0.0/8'], true],
  [['10.1.0.0/16', '10.2.0.0/16'], ['10.0.0.0/8'], true],
  [['10.0.0.0/7'], ['10.0.0.0/8'], false],
  [['10.1.2.3', '192.0.2.1'], ['10.0.0.0/8'], false],
  [['2001:db8::1'], ['2001:db8::/32'], true],
  [['2001:db8::1'], ['10.0.0.0/8'], false],
  [['::ffff:10.1.2.3'], ['10.0.0.0/8'], true],
  [['10.1.2.3'], ['::ffff:10.0.0.0/104'], true],
])('addresses %j within %j: %s', (inner, outer, kept) => {
  expect(limitsExceeded({ ...open, allowed_ips: inner }, { ...open, allowed_ips: outer })).toEqual(
    kept ? [] : ['allowed_ips'],
  );
});

it.each([
  [['example.com'], ['example.com'], true],
  [['a.example.com'], ['*.example.com'], true],
  [['*.a.example.com'], ['*.example.com'], true],
  [['*.example.com'], ['*.example.com'], true],
  [['example.com'], ['*.example.com'], false],
  [['*.example.com'], ['example.com'], false],
  [['evilexample.com'], ['*.example.com'], false],
  [['example.com:8443'], ['example.com'], true],
  [['example.com:8443'], ['example.com:8443'], true],
  [['example.com'], ['example.com:8443'], false],
  [['a.example.com:443'], ['*.example.com:443'], true],
  [['[::1]:80'], ['[::1]'], true],
])('domains %j within %j: %s', (inner, outer, kept) => {
  expect(limitsExceeded({ ...open, allowed_domains: inner }, { ...open, allowed_domains: outer })).toEqual(
    kept ? [] : ['allowed_domains'],
  );
});
