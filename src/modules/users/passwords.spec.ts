import { Passwords } from './passwords.js';

const passwords = new Passwords();

it('lets a bounded number wait, and those who left make room', async () => {
  let left = false;
  // The stand-in's hash takes a turn of its own when the process starts.
  await passwords.matches(null, 'nobody');
  const stored = await passwords.hash('marmalade-glacier-7');
  const flood = Array.from({ length: 104 }, () =>
    passwords.matches(stored, 'a wrong guess', () => left).catch((error: { code: string }) => error.code),
  );
  await expect(passwords.matches(stored, 'marmalade-glacier-7')).rejects.toMatchObject({
    code: 'server_busy',
  });
  left = true;
  expect(await passwords.matches(stored, 'marmalade-glacier-7')).toBe(true);
  expect((await Promise.all(flood)).filter(answer => answer === 'server_busy')).toHaveLength(100);
});

it('hashes with argon2id, 19 MiB, two passes, one lane, each time with another salt', async () => {
  const [one, other] = await Promise.all([
    passwords.hash('marmalade-glacier-7'),
    passwords.hash('marmalade-glacier-7'),
  ]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(other).not.toBe(one);
  expect(await passwords.matches(one, 'marmalade-glacier-7')).toBe(true);
  expect(await passwords.matches(one, 'marmalade-glacier-8')).toBe(false);
});

it('does as much work for an account that does not exist, and never admits it', async () => {
  expect(await passwords.matches(null, 'marmalade-glacier-7')).toBe(false);
  // Not even the password the stand-in was made from.
  expect(await passwords.matches(null, 'no account has this password')).toBe(false);
});

it('takes many at once, in turn', async () => {
  const stored = await passwords.hash('marmalade-glacier-7');
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, index) => passwords.matches(stored, `marmalade-glacier-${index}`)),
  );
  expect(answers.map((fits, index) => (fits ? index : null)).filter(index => index !== null)).toEqual([7]);
});

const OWNER = { email: 'augusta.ada@example.com', first_name: 'Ada-Augusta', name: 'King-Noel' };

it.each([
  'twelve chars',
  'x'.repeat(128),
  '🦊'.repeat(12),
  '🦊'.repeat(128),
  '            .',
  'ALL UPPER CASE',
])('takes %s', password => expect(() => passwords.check(password, OWNER)).not.toThrow());

it.each([
  ['eleven char', 'must have 12 to 128 characters'],
  ['x'.repeat(129), 'must have 12 to 128 characters'],
  // Six characters, twelve UTF-16 units.
  ['🦊'.repeat(6), 'must have 12 to 128 characters'],
  ['', 'must have 12 to 128 characters'],
  ['password1234', 'is one of the most common passwords'],
  ['PassWord1234', 'is one of the most common passwords'],
  ['123456789012', 'is one of the most common passwords'],
  ['augusta.ada@example.com', 'is your e-mail address or your name'],
  ['AUGUSTA.ADA@example.com', 'is your e-mail address or your name'],
  ['augusta.ada  ', 'is your e-mail address or your name'],
  ['Ada-Augusta King-Noel', 'is your e-mail address or your name'],
  ['king-noel ada-augusta', 'is your e-mail address or your name'],
])('refuses %s: %s', (password, message) => {
  expect(() => passwords.check(password, OWNER, 'new_password')).toThrow(
    expect.objectContaining({
      code: 'validation_failed',
      param: 'new_password',
      details: { errors: [{ param: 'new_password', message, fix: expect.any(String) }] },
    }),
  );
});
