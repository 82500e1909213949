import { createHash } from 'node:crypto';
import type { Answer, Client } from './client.js';
import { expectStatus } from './scene.js';

/** A file as a form sends it, with further fields before or after it. */
export interface FormFile {
  readonly bytes?: Uint8Array | string;
  readonly fileName?: string;
  readonly type?: string;
  readonly before?: Record<string, string>;
  readonly after?: Record<string, string>;
}

/** The form of one file. */
export function formOf({
  bytes = 'hello',
  fileName = 'note.txt',
  type = '',
  before = {},
  after = {},
}: FormFile): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(before)) form.append(name, value);
  form.append('file', new Blob([bytes as string], { type }), fileName);
  for (const [name, value] of Object.entries(after)) form.append(name, value);
  return form;
}

/** Uploads a file to a project. */
export function upload(
  api: Client,
  projectId: string,
  caller: { auth: string },
  file: FormFile = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  return api.post(`/v1/projects/${projectId}/media`, formOf(file), { auth: caller.auth, headers });
}

/** The same, as on the wire once it is a file of the project. */
export async function uploaded(...parameters: Parameters<typeof upload>): Promise<any> {
  return expectStatus(201, await upload(...parameters)).body;
}

/** The path and query of an address, which begins with `PUBLIC_URL` and not with where the test reaches the server. */
export function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

export const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
