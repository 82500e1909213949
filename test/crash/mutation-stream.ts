import { randomBytes, randomInt } from 'node:crypto';
import type { Answer } from '../support/client.js';
import { PASSWORD, type Person, type Reachable } from '../support/scene.js';

type Kind = 'project.created' | 'api_key.created' | 'project.renamed' | 'project.suspended' | 'user.created';

/** One mutation that a client sent; `answer` is what came back, null when the server died first. */
export interface Attempt {
  /** The event it leaves. */
  readonly kind: Kind;
  /** The project it acts upon; empty for those that make something of their own. */
  readonly project: string;
  /** The name or e-mail address it gives: unique, so that the effect can be found. */
  readonly mark: string;
  /** Sends it, again with the same idempotency key. */
  readonly send: (server: Reachable) => Promise<Answer>;
  answer: Answer | null;
}

/** Makes mutations one after the other, as a client that waits for every answer. */
export class MutatingClient {
  readonly attempts: Attempt[] = [];
  private project = '';
  private suspended = false;

  constructor(private readonly person: Person) {}

  /** Goes on until the server answers no more; `acknowledged` is told of every success. */
  async run(server: Reachable, acknowledged: () => void): Promise<void> {
    for (;;) {
      const attempt = this.next();
      this.attempts.push(attempt);
      try {
        attempt.answer = await attempt.send(server);
      } catch {
        // The connection broke: whether it was done, nobody knows. Begin anew with another project.
        [this.project, this.suspended] = ['', false];
        return;
      }
      if (attempt.answer.status >= 300) {
        throw new Error(`${attempt.kind}: ${attempt.answer.status} ${JSON.stringify(attempt.answer.body)}`);
      }
      if (attempt.kind === 'project.created')
        [this.project, this.suspended] = [attempt.answer.body.id, false];
      if (attempt.kind === 'project.suspended') this.suspended = true;
      acknowledged();
    }
  }

  private next(): Attempt {
    const mark = randomBytes(8).toString('hex');
    if (this.suspended) [this.project, this.suspended] = ['', false];
    if (this.project === '') return this.post('project.created', '/v1/projects', { name: mark }, mark);
    const path = `/v1/projects/${this.project}`;
    switch (randomInt(5)) {
      case 0:
        return this.register(`${mark}@people.example`);
      case 1:
        return this.post('project.suspended', `${path}/settings/suspend`, { confirm: true }, mark);
      case 2:
        return this.rename(`${path}/settings`, mark);
      default:
        return this.post('api_key.created', `${path}/api-keys`, { name: mark }, mark);
    }
  }

  private post(kind: Kind, path: string, body: object, mark: string): Attempt {
    const options = { auth: this.person.auth, headers: { 'idempotency-key': mark } };
    return {
      kind,
      project: this.project,
      mark,
      answer: null,
      send: server => server.api.post(path, body, options),
    };
  }

  private rename(path: string, name: string): Attempt {
    const { auth } = this.person;
    const send = (server: Reachable) => server.api.patch(path, { name, confirm: true }, { auth });
    return { kind: 'project.renamed', project: this.project, mark: name, answer: null, send };
  }

  private register(email: string): Attempt {
    const body = { email, password: PASSWORD, first_name: 'Ada', name: 'Lovelace' };
    const send = (server: Reachable) => server.api.post('/v1/users', body);
    return { kind: 'user.created', project: '', mark: email, answer: null, send };
  }
}
