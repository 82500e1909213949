import { domainAllowed, domainEntry } from './allowed-domains.js';

describe('allowed domains', () => {
  it.each([
    ['example.com', 'https://example.com', true],
    ['example.com', 'https://example.com:8443/path?query', true],
    ['example.com', 'http://EXAMPLE.com', true],
    ['example.com', 'https://example.com.', true],
    ['example.com', 'https://www.example.com', false],
    ['example.com', 'https://example.com.evil.example', false],
    ['example.com', 'https://evil.example/example.com', false],
    ['example.com', 'https://example.com@evil.example', false],
    ['*.example.com', 'https://www.example.com', true],
    ['*.example.com', 'https://a.b.example.com', true],
    ['*.example.com', 'https://example.com', false],
    ['*.example.com', 'https://evilexample.com', false],
    ['localhost', 'http://localhost:3000', true],
    ['example.com:8443', 'https://example.com:8443/path', true],
    ['example.com:8443', 'https://example.com', false],
    ['example.com:443', 'https://example.com', true],
    ['example.com:443', 'http://example.com', false],
    ['example.com:80', 'http://example.com.', true],
    ['*.example.com:8443', 'https://a.example.com:8443', true],
    ['*.example.com:8443', 'https://a.example.com:8444', false],
    ['[::1]', 'http://[::1]:3000', true],
    ['[::1]', 'http://[0:0::1]', true],
    ['[::1]', 'http://[::2]', false],
    ['[2001:db8::1]:8080', 'http://[2001:db8::1]:8080', true],
    ['[2001:db8::1]:8080', 'http://[2001:db8::1]', false],
    ['my_app.example', 'https://my_app.example', true],
    ['xn--bcher-kva.example', 'https://bücher.example', true],
    ['xn--bcher-kva.example', 'https://xn--bcher-kva.example', true],
    ['*.xn--bcher-kva.example', 'https://www.BÜCHER.example', true],
    ['example.com', 'null', false],
    ['example.com', 'example.com', false],
    ['example.com', '', false],
  ])('%s, asked from %s: %s', (entry, origin, allowed) =>
    expect(domainAllowed([entry], origin)).toBe(allowed),
  );

  it('an empty list admits every origin, even none; any other admits no request without', () => {
    expect(domainAllowed([], null)).toBe(true);
    expect(domainAllowed(['example.com'], null)).toBe(false);
  });

  it.each([
    ['example.com', 'example.com'],
    ['Example.COM', 'example.com'],
    ['*.example.com', '*.example.com'],
    ['localhost', 'localhost'],
    ['a-b.example', 'a-b.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['Bücher.example', 'xn--bcher-kva.example'],
    ['*.bücher.example:8443', '*.xn--bcher-kva.example:8443'],
    ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
    ['_dmarc.my_app.example', '_dmarc.my_app.example'],
    ['example.com:80', 'example.com:80'],
    ['127.0.0.1:3000', '127.0.0.1:3000'],
    ['[::1]', '[::1]'],
    ['[2001:DB8:0::1]:8080', '[2001:db8::1]:8080'],
  ])('%s is kept as %s', (entry, kept) => {
    expect(domainEntry(entry)).toBe(kept);
    expect(domainEntry(kept)).toBe(kept);
  });
  it.each([
    '',
    '*',
    '*.',
    '.example.com',
    'example..com',
    'example.com.',
    'https://example.com',
    'example.com/',
    'ex%41mple.com',
    'ex ample.com',
    'example.com:',
    'example.com:0',
    'example.com:080',
    'example.com:65536',
    'example.com:8443:1',
    '::1',
    '[::1',
    '[::1]8080',
    '[1]',
    '*.[::1]',
    '*.127.0.0.1',
    'xn--a',
    '-a.example',
    'a.*.example',
    'x'.repeat(64),
    'ü'.repeat(64),
  ])('%s is none', entry => expect(domainEntry(entry)).toBeNull());
});
