import { ERROR_CODES } from '../errors/error-codes.js';
import { describedEvents } from '../event-log/event-types.js';

/** Text as Markdown that shows it: what looks like a tag would vanish. */
export const asMarkdown = (text: string) => text.replace(/</g, '&lt;');

const rows = (entries: [string, string][]) =>
  entries.map(([name, text]) => `| \`${name}\` | ${text} |`).join('\n');

/** What stands at the head of the Swagger page. */
export const introduction = () => `The control plane of your API platform.

Sign in with **POST /v1/sessions** below: this page then uses the token automatically. Scripts use Basic Auth,
\`curl -u api-key:<secret>\`. Send one credential: a request with two, \`Authorization\` and \`X-API-Key\` for example, is
answered with 400. An \`Authorization\` header that the server does not understand is answered with 401, even by routes
that need no credentials.

Errors come as \`{"error": {code, type, message, param?, details?, retryable, request_id}}\`; every code and event type
is listed here, and its meaning never changes.

Values that a project hides from your role read \`"[REDACTED]"\`, whatever their type; see **Attribute visibility**. A schema's
attributes are named after it (\`ApiKey\`: \`api_key.name\`), or as \`x-resource\` and \`x-also-attribute\` say.

<details><summary>Error codes</summary>

| code | status | meaning |
|---|---|---|
${Object.entries(ERROR_CODES)
  .map(([code, entry]) => `| \`${code}\` | ${entry.status} | ${asMarkdown(entry.message)} |`)
  .join('\n')}

</details>

<details><summary>Event types</summary>

| type | meaning |
|---|---|
${rows(describedEvents())}

</details>
`;
