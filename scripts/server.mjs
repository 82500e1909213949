// What the scripts know of a running server: where it is, and how to call it.

/** The server's address: `URL`, else this machine at `PORT` (3000). */
export const base = (process.env.URL ?? `http://localhost:${process.env.PORT ?? 3000}`).replace(/\/$/, '');

/** Sends one request; answers status and parsed body. */
export async function send(method, path, { auth, body, headers } = {}) {
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(auth && { authorization: auth }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** As `send`, for what must be answered with a 2xx. @throws Error with the server's own words */
export async function ask(method, path, options) {
  const { status, body } = await send(method, path, options);
  if (status >= 300)
    throw new Error(`${method} ${path}: ${status} ${body.error?.code}: ${body.error?.message}`);
  return body;
}

/** The value of Authorization for a key. */
export function basic(secret) {
  return `Basic ${Buffer.from(`api-key:${secret}`).toString('base64')}`;
}

/** Runs a script; what stops it is said in a sentence. */
export function run(script) {
  script().catch(error => {
    const unreachable = ['ECONNREFUSED', 'ENOTFOUND'].includes(error.cause?.code);
    const what = unreachable
      ? `no server at ${base}. Start one with npm start, or name another: URL=http://… or PORT=…`
      : error.message;
    console.error(`\nStopped: ${what}`);
    process.exitCode = 1;
  });
}
