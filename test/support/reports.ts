import type { Client } from './client.js';
import { expectStatus } from './scene.js';
import { waitFor } from './wait-for.js';

/** A report as on the wire. */
export type Report = { id: string; status: string; [field: string]: any };

export const reportsOf = (project: { id: string }, id = '', rest = '') =>
  `/v1/projects/${project.id}/reports${id && `/${id}`}${rest}`;

/** Requests a report, and waits until it is written or given up. */
export async function written(
  api: Client,
  project: { id: string },
  caller: { auth: string },
  body: object,
): Promise<Report> {
  const { id } = expectStatus(202, await api.post(reportsOf(project), body, { auth: caller.auth })).body;
  return settled(api, project, caller, id);
}

/** Waits until a report is written or given up. */
export function settled(
  api: Client,
  project: { id: string },
  caller: { auth: string },
  id: string,
  deadlineMs?: number,
): Promise<Report> {
  const probe = async () => {
    const { body } = expectStatus(200, await api.get(reportsOf(project, id), { auth: caller.auth }));
    return body.status === 'queued' || body.status === 'running' ? null : body;
  };
  return waitFor('a report to be written', probe, deadlineMs);
}

/** The bytes of a report's file, and how they came. */
export async function downloaded(
  url: string,
  project: { id: string },
  caller: { auth: string },
  id: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; bytes: Buffer }> {
  const init = { headers: { authorization: caller.auth, ...headers } };
  const answer = await fetch(new URL(reportsOf(project, id, '/download'), url), init);
  return {
    status: answer.status,
    headers: answer.headers,
    bytes: Buffer.from(await answer.arrayBuffer()),
  };
}
