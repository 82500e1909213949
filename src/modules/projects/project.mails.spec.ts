import { asText } from '../notifications/letter.js';
import { WELCOME_MAIL } from './project.mails.js';

it('welcomes the owner of a project', () => {
  const projectUrl = 'https://example.com/p';
  const letter = WELCOME_MAIL.write({ name: 'Ada', projectName: 'Weather', projectUrl });
  expect(letter.subject).toBe('Your project Weather is ready');
  expect(asText(letter)).toContain(`${projectUrl}\n`);
});
