import { randomBytes } from 'node:crypto';
import { bearer, type Answer } from './client.js';
import { tokenIn, waitForMail } from './mail.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type TestServer } from './server.js';

/** A server as people reach it, in this process or in one of its own. */
export type Reachable = Pick<TestServer, 'api' | 'dataDir'>;

export const PASSWORD = 'marmalade-glacier-7';

/** Somebody signed in. `auth` is the value of their `Authorization` header. */
export interface Person {
  readonly user: { id: string; email: string; [field: string]: any };
  readonly password: string;
  readonly token: string;
  readonly auth: string;
}

/** Registers, activates and signs in a new person, the way a person does. */
export async function signUp(
  server: Reachable,
  overrides: Partial<Record<'email' | 'password' | 'first_name' | 'name' | 'phone' | 'country', string>> = {},
): Promise<Person> {
  const registration = {
    email: `${randomBytes(5).toString('hex')}@people.example`,
    password: PASSWORD,
    first_name: 'Ada',
    name: 'Lovelace',
    ...overrides,
  };
  expectStatus(201, await server.api.post('/v1/users', registration));
  const token = tokenIn(await waitForMail(server, registration.email, 'activate'), 'activate');
  expectStatus(200, await server.api.post('/v1/users/activate', { token, password: registration.password }));
  return signIn(server, registration.email, registration.password);
}

/** Signs the first platform admin in. */
export function admin(server: Reachable): Promise<Person> {
  return signIn(server, ADMIN_EMAIL, ADMIN_PASSWORD);
}

export async function signIn(server: Reachable, email: string, password: string): Promise<Person> {
  const { user, token } = expectStatus(201, await server.api.post('/v1/sessions', { email, password })).body;
  return { user, password, token, auth: bearer(token) };
}

/** Creates a project and returns it as on the wire. */
export async function createProject(
  server: Reachable,
  auth: string,
  body: Record<string, unknown> = {},
): Promise<{ id: string; [field: string]: any }> {
  return expectStatus(201, await server.api.post('/v1/projects', { name: 'Weather', ...body }, { auth }))
    .body;
}

/** Issues an API key of a project; `secret` is what a script authenticates with. */
export async function createKey(
  server: Reachable,
  auth: string,
  projectId: string,
  body: Record<string, unknown> = {},
): Promise<{ api_key: { id: string; [field: string]: any }; secret: string }> {
  const path = `/v1/projects/${projectId}/api-keys`;
  return expectStatus(201, await server.api.post(path, { name: 'Script', ...body }, { auth })).body;
}

/** Fails with the answer's body in the message, which says more than two numbers that differ. */
export function expectStatus<T>(status: number, answer: Answer<T>): Answer<T> {
  if (answer.status === status) return answer;
  throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
}
