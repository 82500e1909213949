import { PROMOTION_ASKED_MAIL, PROMOTION_DECIDED_MAIL } from './promotion.mails.js';

it('keeps what users typed on one line', () => {
  const asked = PROMOTION_ASKED_MAIL.write({
    ...{ name: 'Ada', projectName: 'A\nB', asker: 'Bob\r\nBcc: x', notes: 'one\ntwo', changes: 3, url: '' },
  });
  const decided = PROMOTION_DECIDED_MAIL.write({
    ...{ name: 'Ada', projectName: 'A\nB', decision: 'rejected', reason: 'one\ntwo' },
  });
  for (const { subject, paragraphs } of [asked, decided])
    for (const line of [subject, ...paragraphs]) expect(line).not.toMatch(/[\r\n]/);
  expect(decided.paragraphs.join()).toContain('Reason: one two');
});
