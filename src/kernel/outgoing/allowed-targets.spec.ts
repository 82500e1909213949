import { areAllowed, isAllowedAddress, whyNotAllowed } from './allowed-targets.js';

const STRICT = { http: false, privateAddresses: false };
const OPEN = { http: true, privateAddresses: true };
const why = (url: string, allowed = STRICT) => whyNotAllowed(new URL(url), allowed);

it.each(['https://hooks.example.com/x?y=1', 'https://93.184.215.14:8443/', 'https://[2606:2800:21f::1]/'])(
  'allows %s',
  url => expect(why(url)).toBeNull(),
);

it.each([
  'http://hooks.example.com/',
  'ftp://hooks.example.com/',
  'file:///etc/passwd',
  'javascript:alert(1)',
])('refuses the scheme of %s', url => expect(why(url)).toMatch(/must begin with https/));

it.each(['https://ada@hooks.example.com/', 'https://ada:secret@hooks.example.com/', 'https://:x@a.example/'])(
  'refuses the credentials in %s',
  url => expect(why(url)).toMatch(/user name/),
);

it.each([
  ...['127.0.0.1', '127.1', '0x7f.1', '0177.0.0.1', '2130706433', '0x7f000001', '017700000001', '①②⑦.0.0.1'],
  ...['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '169.254.169.254', '0.0.0.0', '255.255.255.255'],
  ...['192.0.2.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '127.0.0.1.', '192.0.0.8'],
  ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:a9fe:a9fe]', '[::127.0.0.1]', '[fe80::1]', '[fc00::1]'],
  ...['[fd00:ec2::254]', '[64:ff9b::7f00:1]', '[64:ff9b:1::a9fe:a9fe]', '[2002:7f00:1::]', '[2001::1]'],
  ...['[2001:db8::1]', '[ff02::1]', '[fec0::1]', '[100::1]'],
  ...['localhost', 'localhost.', 'a.localhost', 'printer.local', 'metadata.google.internal', 'db', 'nas.lan'],
])('refuses the private host %s', host => expect(why(`https://${host}/`)).toMatch(/public address/));

it('goes to private addresses and by http where that is configured, but never to link-local ones', () => {
  for (const url of ['http://127.0.0.1:3000/', 'http://[::1]/', 'https://localhost/', 'http://10.0.0.1/'])
    expect(why(url, OPEN)).toBeNull();
  for (const host of ['169.254.169.254', '[::ffff:169.254.169.254]', '[fe80::1]', '[fd00:ec2::254]'])
    expect(why(`http://${host}/`, OPEN)).toMatch(/public address/);
});

it('trusts a name only if all of its addresses are public', () => {
  const [good, bad] = ['93.184.215.14', '10.0.0.1'].map(address => ({ address, family: 4 }));
  expect(areAllowed([good!], STRICT)).toBe(true);
  expect(areAllowed([good!, bad!], STRICT)).toBe(false);
  expect(isAllowedAddress('not an address', OPEN)).toBe(false);
});
