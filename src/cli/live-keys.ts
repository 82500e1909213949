import { hashToken } from '../kernel/crypto/tokens.js';
import type { ApiAnswer, ApiClient } from './api-client.js';

/** What a server says of a key. */
export interface Standing {
  /** The verdict of `POST /v1/api-keys/verify`. */
  readonly code: string;
  /** Whether the key opens anything, now or once it is activated again. */
  readonly live: boolean;
  readonly key_id?: string;
  readonly project_id?: string;
  /** Set when it was asked to be revoked. */
  readonly revoked?: boolean;
  /** Why it could not be revoked. */
  readonly error?: string;
}

const DEAD = new Set(['NOT_FOUND', 'REVOKED', 'EXPIRED']);
/** How many keys are remembered, so that the same one is asked about once. */
const REMEMBERED = 10_000;

/** Asks a server which keys are live, and revokes them if told to. */
export class LiveKeys {
  /** How many keys are live, how many were until they were revoked here, and how many of the live could not be revoked. */
  readonly counts = { live: 0, revoked: 0, failed: 0 };
  private readonly known = new Map<string, Standing>();

  constructor(
    private readonly api: ApiClient,
    private readonly revoke: boolean,
  ) {}

  /** @throws Error when the server refuses the credentials */
  async standing(secret: string): Promise<Standing> {
    const hash = hashToken(secret);
    const known = this.known.get(hash);
    if (known) return known;
    const standing = await this.ask(secret);
    if (this.known.size < REMEMBERED) this.known.set(hash, standing);
    return standing;
  }

  private async ask(key: string): Promise<Standing> {
    const verdict = expect200(await this.api.request('POST', '/v1/api-keys/verify', { key }));
    const { code, key_id, project_id } = verdict as { code: string; key_id?: string; project_id?: string };
    const standing = { code, live: !DEAD.has(code), key_id, project_id };
    if (!standing.live) return standing;
    if (!this.revoke || key_id === undefined) {
      this.counts.live++;
      return standing;
    }
    const answer = await this.api.request('DELETE', `/v1/projects/${project_id}/api-keys/${key_id}`);
    if (answer.status !== 200) {
      this.counts.live++;
      this.counts.failed++;
      return { ...standing, revoked: false, error: described(answer) };
    }
    this.counts.revoked++;
    return { ...standing, live: false, revoked: true };
  }
}

function expect200(answer: ApiAnswer): unknown {
  if (answer.status === 200) return answer.body;
  throw new Error(`The server answered ${described(answer)}`);
}

function described({ status, body }: ApiAnswer): string {
  const { error } = (body ?? {}) as { error?: { code?: string; message?: string } };
  return error ? `${status} ${error.code}: ${error.message}` : `${status}.`;
}
