import { asHtml, asText, inline, type Letter } from './letter.js';

const LINK = `https://bailiwick.example.com/activate#token=${'aB3_-'.repeat(20)}`;

describe('a letter', () => {
  const letter: Letter = {
    subject: 'A & B',
    greeting: 'Hello <b>Eve</b>,',
    paragraphs: ['word '.repeat(40).trim()],
    action: { label: 'Go', url: `${LINK}&x="'><script>` },
    otherwise: { text: '<b>Or so</b>', url: `${LINK}&y="'><script>` },
    footer: 'Bye.',
  };

  it('escapes everything in HTML', () => {
    const html = asHtml(letter);
    expect(html).not.toMatch(/<b>|<script>/);
    expect(html).toContain('<title>A &#38; B</title>');
    for (const parameter of ['x', 'y']) {
      expect(html).toContain(`href="${LINK}&#38;${parameter}=&#34;&#39;&#62;&#60;script&#62;"`);
    }
  });

  it('breaks lines between words', () => {
    for (const line of asText(letter)
      .split('\n')
      .filter(line => !line.startsWith('http'))) {
      expect(line.length).toBeLessThanOrEqual(76);
    }
    expect(asText(letter).replace(/\s+/g, ' ')).toContain('word '.repeat(40).trim());
  });

  it('gives the link a line of its own', () => {
    expect(asText({ ...letter, action: { label: 'Go', url: LINK } }).split('\n')).toContain(LINK);
    const otherwise = { text: 'Or so:', url: LINK };
    expect(asText({ ...letter, action: undefined, otherwise }).split('\n')).toContain(LINK);
  });
});

describe("a user's words in a letter", () => {
  it('stay on one line', () => {
    expect(inline(' Eve\r\nBcc: all@example.com\u2028\u202eevil\0 ')).toBe('Eve Bcc: all@example.com evil');
  });

  it('are shortened between characters', () => {
    expect(inline('😀'.repeat(120))).toBe(`${'😀'.repeat(99)}…`);
  });

  it('keep their script', () => {
    expect(inline('Zoë 山田 👩‍🚀')).toBe('Zoë 山田 👩‍🚀');
  });
});
