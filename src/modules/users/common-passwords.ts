import { dictionary } from '@zxcvbn-ts/language-common';

/** What people type when a form asks for twelve characters; the published lists are older than such forms. */
const TWELVE_AND_MORE = [
  'password1234', 'password12345', 'password123456', 'passwordpassword', 'password123!', 'mypassword123',
  '123456789012', '1234567890123', '12345678901234', '123456123456', '111111111111', '000000000000',
  'qwertyuiop12', 'qwertyuiop123', 'qwertyqwerty', 'qwerty123456', 'asdfghjkl123', 'abcdefghijkl',
  'administrator', 'administrator1', 'admin1234567', 'adminadminadmin', 'changeme1234', 'changemechangeme',
  'letmeinletmein', 'welcome12345', 'welcome123456', 'iloveyou1234', 'iloveyouiloveyou', 'trustno1trustno1',
]; // prettier-ignore

/** Passwords too common to accept, in lower case; only those long enough to be chosen at all. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set([
  ...dictionary['passwords-common'].filter(word => String(word).length >= 12).map(String),
  ...TWELVE_AND_MORE,
]);
