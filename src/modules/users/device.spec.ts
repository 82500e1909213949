import { deviceOf } from './device.js';

const MOZILLA = 'Mozilla/5.0';
it.each([
  [`${MOZILLA} (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0`, 'Firefox 144 on Linux'],
  [
    `${MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36`,
    'Chrome 141 on Windows',
  ],
  [
    `${MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1`,
    'Safari 18 on iOS',
  ],
  ['curl/8.5.0', 'curl/8.5.0'],
  ['acme-deploy/2.1 (+https://acme.example)', 'acme-deploy 2'],
  ['', null],
  [null, null],
])('%s is %s', (userAgent, device) => expect(deviceOf(userAgent)).toBe(device));

it('of anything is short enough to be kept', () => {
  for (const userAgent of [
    'x'.repeat(8_000),
    `${'('.repeat(4_000)}`,
    `Chrome/${'9'.repeat(4_000)}`,
    ' ',
    '()',
    '/',
  ]) {
    expect(deviceOf(userAgent)?.length ?? 0).toBeLessThanOrEqual(100);
  }
});
