import { escapeHtml, shell, source, STYLE } from './form-page.js';

/**
 * Hands the token to the page that opened this one, if that is of the same origin, and closes; otherwise the token
 * stays to be read.
 */
const HAND_OVER =
  "var t=document.getElementById('token').value,o=window.opener;" +
  "if(o){o.postMessage({type:'bailiwick.session',token:t},location.origin);window.close()}";

/** The Content-Security-Policy of {@link tokenPage}: this style, this script, nothing else. */
export const TOKEN_CSP = [
  "default-src 'none'",
  `style-src ${source(STYLE)}`,
  `script-src ${source(HAND_OVER)}`,
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A page that shows a session token this once, or hands it to its opener as `{type: 'bailiwick.session', token}`. */
export function tokenPage(title: string, token: string): string {
  return shell(
    title,
    '<p>This is your session token, shown only once. Send it as <code>Authorization: Bearer</code>.</p>' +
      `<label>Session token<input id="token" readonly value="${escapeHtml(token)}"></label>` +
      `<script>${HAND_OVER}</script>`,
  );
}
