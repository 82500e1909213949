/** What a mail says, free of any format; values from users are inserted through {@link inline}. */
export interface Letter {
  readonly subject: string;
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  /** What the mail is for: a link, a complete URL. */
  readonly action?: { readonly label: string; readonly url: string };
  /** Another way to the same end, said below the action: a sentence and a complete URL. */
  readonly otherwise?: { readonly text: string; readonly url: string };
  /** Said last, in small print. */
  readonly footer?: string;
}

const LINE = 76;
const INLINE_LENGTH = 100;

/** Characters that would begin a line or turn the direction of what follows. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;

/** A user's own words within a sentence: one line, of moderate length. */
export function inline(value: string, length = INLINE_LENGTH): string {
  const characters = [...value.replace(UNPRINTABLE, ' ').trim()];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : characters.join('');
}

/** The letter as plain text. A link has a line of its own, so that it can be copied. */
export function asText({ greeting, paragraphs, action, otherwise, footer }: Letter): string {
  const blocks = [greeting, ...paragraphs].map(wrap);
  if (action) blocks.push(`${action.label}:`, action.url);
  if (otherwise) blocks.push(wrap(otherwise.text), otherwise.url);
  if (footer) blocks.push(`-- \n${wrap(footer)}`);
  return `${blocks.join('\n\n')}\n`;
}

/** The letter as HTML that needs nothing from anywhere else; every value is escaped here. */
export function asHtml({ subject, greeting, paragraphs, action, otherwise, footer }: Letter): string {
  const lines = [greeting, ...paragraphs].map(paragraph => `<p>\n${escape(wrap(paragraph))}\n</p>`);
  if (action) {
    const url = escape(action.url);
    lines.push(`<p>\n<a href="${url}"\n style="${BUTTON}">${escape(action.label)}</a>\n</p>`);
    lines.push(`<p style="${SMALL}">\nOr copy this address into the browser:<br>\n${url}\n</p>`);
  }
  if (otherwise) {
    const url = escape(otherwise.url);
    lines.push(`<p>\n${escape(wrap(otherwise.text))}<br>\n<a href="${url}">\n${url}</a>\n</p>`);
  }
  if (footer) lines.push(`<p style="${SMALL}">\n${escape(wrap(footer))}\n</p>`);
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escape(subject)}</title></head>`,
    `<body style="${BODY}">`,
    ...lines,
    '</body></html>',
    '',
  ].join('\n');
}

const BODY = 'font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;max-width:36em;margin:2em auto;padding:0 1em';
const BUTTON =
  'display:inline-block;padding:.6em 1.2em;border-radius:6px;background:#1a56db;color:#fff;text-decoration:none';
const SMALL = 'font-size:13px;color:#5f6368;overflow-wrap:anywhere';

function escape(value: string): string {
  return value.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}

/** Breaks a paragraph between words: mail allows 998 bytes a line (RFC 5322) and recommends 78. */
function wrap(paragraph: string): string {
  const lines: string[] = [''];
  for (const word of paragraph.split(' ')) {
    const line = lines.at(-1)!;
    if (line && line.length + word.length >= LINE) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.join('\n');
}
