/** An answer of the server. `body` is the parsed JSON, else the text. */
export interface Answer<T = any> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface RequestOptions {
  /** The value of `Authorization`; see {@link basic} and {@link bearer}. */
  auth?: string;
  headers?: Record<string, string>;
  query?: Record<string, string | number | boolean>;
}

/** `Authorization` of a script: an API key's secret. */
export function basic(secret: string): string {
  return `Basic ${Buffer.from(`api-key:${secret}`).toString('base64')}`;
}

/** `Authorization` of a session token, or of an API key's secret. */
export function bearer(token: string): string {
  return `Bearer ${token}`;
}

/**
 * Speaks to one server. Paths are whole (`/v1/users`). A string or binary body is sent as it is, which is
 * how to send broken JSON; anything else as JSON.
 */
export class Client {
  constructor(private readonly url: string) {}

  get<T = any>(path: string, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('GET', path, undefined, options);
  }

  post<T = any>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('POST', path, body, options);
  }

  put<T = any>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('PUT', path, body, options);
  }

  patch<T = any>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('PATCH', path, body, options);
  }

  delete<T = any>(path: string, body?: unknown, options?: RequestOptions): Promise<Answer<T>> {
    return this.request('DELETE', path, body, options);
  }

  async request<T = any>(
    method: string,
    path: string,
    body?: unknown,
    { auth, headers = {}, query = {} }: RequestOptions = {},
  ): Promise<Answer<T>> {
    const target = new URL(path, this.url);
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, String(value));
    const response = await fetch(target, {
      method,
      headers: {
        ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
        ...(auth === undefined ? {} : { authorization: auth }),
        ...headers,
      },
      body: body === undefined || isRaw(body) ? body : JSON.stringify(body),
      redirect: 'manual',
    });
    return { status: response.status, headers: response.headers, body: await read<T>(response) };
  }
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> | FormData {
  return typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData;
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text();
  const json = /^application\/(?:[\w.-]+\+)?json\b/.test(response.headers.get('content-type') ?? '');
  // An answer to HEAD has the content type of a body it does not have.
  return (json && text ? JSON.parse(text) : text) as T;
}
