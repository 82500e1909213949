import { createHash } from 'node:crypto';

export const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;color:#1b1f24;background:#fff}' +
  'h1{font-size:1.4rem}label{display:block;margin:0 0 1rem}input{font:inherit;display:block;box-sizing:border-box;width:100%;padding:.5rem;border:1px solid #8c959f;border-radius:.4rem}' +
  '[role=alert]{color:#b42318}button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.4rem;background:#1f4ed8;color:#fff}' +
  'button.other{background:#fff;color:#1b1f24;box-shadow:inset 0 0 0 1px #8c959f}' +
  'button:focus-visible,input:focus-visible{outline:3px solid #93b4ff}';

/** What a page says that was opened without its token. */
export const INCOMPLETE_LINK = 'The link is incomplete. Open it exactly as it appears in the e-mail.';

/**
 * Moves the token from the fragment, which no server ever sees, into the form. Without a token there is nothing to
 * post: the form gives way to what is wrong.
 */
const READ_FRAGMENT =
  "var f=document.forms[0],t=new URLSearchParams(location.hash.slice(1)).get('token');" +
  "if(t){f.elements.token.value=t;history.replaceState(null,'',location.pathname)}" +
  "if(!f.elements.token.value){f.hidden=true;document.getElementById('incomplete').hidden=false}";

/** What a Content-Security-Policy calls an inline style or script. */
export const source = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The Content-Security-Policy of the pages behind mail links: this style, this script, its own form. */
export const PAGE_CSP = [
  "default-src 'none'",
  `style-src ${source(STYLE)}`,
  `script-src ${source(READ_FRAGMENT)}`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Something the person fills in. */
export interface PageField {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'password' | 'email';
  /** What password managers go by, such as `new-password`. */
  readonly autocomplete: string;
  readonly minLength: number;
  readonly maxLength: number;
  /** What it holds at first. */
  readonly value?: string;
}

/** A form that posts the token of the link its page was opened with, unless it says that it takes none. */
export interface PageForm {
  readonly title: string;
  readonly text: string;
  /** Relative to the page, which may stand below a path of `PUBLIC_URL`. */
  readonly action: string;
  readonly button: string;
  /** A second button, which posts the form elsewhere. */
  readonly otherButton?: { readonly label: string; readonly action: string };
  readonly fields?: readonly PageField[];
  readonly withoutToken?: true;
}

/** Where a page leads on to; relative to the page. */
export interface PageLink {
  readonly label: string;
  readonly href: string;
}

/** Swagger UI, where people sign in; for pages at the root. */
export const SIGN_IN: PageLink = { label: 'Sign in', href: 'docs' };

/** A form that is shown to somebody whose link was read before. */
export interface PageFormState {
  /** No longer in the address, so it stays in the form; absent where the form takes none. */
  readonly token?: string;
  /** What was wrong with what was posted. */
  readonly problem?: string;
}

/**
 * A page with a form; opening it consumes nothing. `state` is for one that follows another: a further step, or
 * the same once more after a mistake.
 */
export function formPage(form: PageForm, state?: PageFormState): string {
  const problem = state?.problem ? `<p role="alert">${escapeHtml(state.problem)}</p>` : '';
  const { otherButton, withoutToken } = form;
  const other = otherButton
    ? ` <button class="other" formaction="${escapeHtml(otherButton.action)}">${escapeHtml(otherButton.label)}</button>`
    : '';
  const [token, reader] = withoutToken
    ? ['', '']
    : [
        `<input type="hidden" name="token" value="${escapeHtml(state?.token ?? '')}">`,
        `<p id="incomplete" hidden>${INCOMPLETE_LINK}</p>` +
          '<noscript><p>This page needs JavaScript to read the token from the link.</p></noscript>' +
          `<script>${READ_FRAGMENT}</script>`,
      ];
  return shell(
    form.title,
    `<p>${escapeHtml(form.text)}</p>${problem}` +
      `<form method="post" action="${escapeHtml(form.action)}">${token}` +
      (form.fields ?? []).map(input).join('') +
      `<button>${escapeHtml(form.button)}</button>${other}</form>${reader}`,
  );
}

function input({ name, label, type, autocomplete, minLength, maxLength, value = '' }: PageField): string {
  return (
    `<label>${escapeHtml(label)}<input name="${name}" type="${type}" autocomplete="${autocomplete}" ` +
    `minlength="${minLength}" maxlength="${maxLength}" value="${escapeHtml(value)}" required></label>`
  );
}

/** A page that only says something, and where to go from there. */
export function messagePage(title: string, text: string, link?: PageLink): string {
  const next = link ? `<p><a href="${escapeHtml(link.href)}">${escapeHtml(link.label)}</a></p>` : '';
  return shell(title, `<p>${escapeHtml(text)}</p>${next}`);
}

/** A page with this body, whose texts are escaped already. */
export function shell(title: string, body: string): string {
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
