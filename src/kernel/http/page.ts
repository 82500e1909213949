import { createHash } from 'node:crypto';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;color:#1b1f24;background:#fff}' +
  'h1{font-size:1.4rem}button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.4rem;background:#1f4ed8;color:#fff}' +
  'button:focus-visible{outline:3px solid #93b4ff}';

/** Moves the token from the fragment, which no server ever sees, into the form. */
const READ_FRAGMENT =
  "document.forms[0].elements.token.value=new URLSearchParams(location.hash.slice(1)).get('token')||'';" +
  "history.replaceState(null,'',location.pathname)";

const source = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The Content-Security-Policy of the pages behind mail links: this style, this script, its own form. */
export const PAGE_CSP = [
  "default-src 'none'",
  `style-src ${source(STYLE)}`,
  `script-src ${source(READ_FRAGMENT)}`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A page with a form that posts the token of the link it was opened with; opening it consumes nothing. */
export function formPage(content: { title: string; text: string; action: string; button: string }): string {
  const form =
    `<form method="post" action="${escapeHtml(content.action)}"><input type="hidden" name="token">` +
    `<button>${escapeHtml(content.button)}</button></form>` +
    '<noscript><p>This page needs JavaScript to read the token from the link.</p></noscript>' +
    `<script>${READ_FRAGMENT}</script>`;
  return shell(content.title, `<p>${escapeHtml(content.text)}</p>${form}`);
}

/** A page that only says something. */
export function messagePage(title: string, text: string): string {
  return shell(title, `<p>${escapeHtml(text)}</p>`);
}

function shell(title: string, body: string): string {
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<title>${escapeHtml(title)} · Bailiwick</title><style>${STYLE}</style></head>` +
    `<body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`
  );
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character]!);
}
