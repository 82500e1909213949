import { asText } from '../notifications/letter.js';
import { ACTIVATION_MAIL } from './account.mails.js';

const LINK = 'https://bailiwick.example.com/activate#token=x';

it('tells a new user how to activate the account', () => {
  const letter = ACTIVATION_MAIL.write({ name: 'Ada', link: LINK });
  expect(letter.action?.url).toBe(LINK);
  expect(letter.otherwise).toBeUndefined();
  expect(asText(letter)).toContain('Hello Ada,');
  const again = ACTIVATION_MAIL.write({ name: 'Ada', link: LINK, resetLink: `${LINK}reset` });
  expect([again.action?.url, again.otherwise?.url]).toEqual([LINK, `${LINK}reset`]);
});
