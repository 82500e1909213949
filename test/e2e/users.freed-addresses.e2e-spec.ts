import { randomBytes } from 'node:crypto';
import type { Answer } from '../support/client.js';
import { tokenIn, waitForMail } from '../support/mail.js';
import {
  addMember,
  admin,
  createProject,
  expectStatus,
  PASSWORD,
  type Person,
  signIn,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

let server: TestServer;
let root: Person;
let owner: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  owner = await signUp(server);
});
afterAll(() => server.stop());

const codeOf = ({ status, body }: Answer) => [status, body.error?.code];
const act = (person: Person, action: string) =>
  server.api.post(`/v1/users/${person.user.id}/${action}`, { confirm: true }, root);
const fresh = () => `${randomBytes(5).toString('hex')}@people.example`;

describe('the address of a deleted account', () => {
  it('can be registered anew: the new account has nothing of the old one', async () => {
    const email = fresh();
    const before = await signUp(server, { email });
    const project = await createProject(server, owner.auth);
    await addMember(server, project.id, before, 'administrator');
    expectStatus(200, await act(before, 'delete'));

    const registration = { email, password: PASSWORD, first_name: 'Eve', name: 'New' };
    expectStatus(201, await server.api.post('/v1/users', registration));
    const isTheirs = (mail: { text?: string }) => mail.text?.includes('Hello Eve') ?? false;
    const mail = await waitFor('the mail to the new account', async () =>
      (await server.mails()).find(isTheirs),
    );
    const token = tokenIn(mail, 'activate');
    expectStatus(200, await server.api.post('/v1/users/activate', { token, password: PASSWORD }));
    const after = await signIn(server, email, PASSWORD);
    expect(after.user.id).not.toBe(before.user.id);
    expectStatus(404, await server.api.get(`/v1/projects/${project.id}`, after));
    const old = expectStatus(200, await server.api.get(`/v1/users/${before.user.id}`, root)).body;
    expect(old).toMatchObject({ email, status: 'deleted' });
    // The address has one account at a time.
    expect(codeOf(await act(before, 'activate'))).toEqual([409, 'email_taken']);
    expectStatus(200, await act(after, 'delete'));
    expectStatus(200, await act(before, 'activate'));
    expect((await signIn(server, email, PASSWORD)).user.id).toBe(before.user.id);
  });

  it('can be invited anew', async () => {
    const email = fresh();
    const before = await signUp(server, { email });
    expectStatus(200, await act(before, 'delete'));
    const { id } = await createProject(server, owner.auth);
    expectStatus(201, await server.api.post(`/v1/projects/${id}/invitations`, { email }, owner));
    const token = tokenIn(await waitForMail(server, email, 'invitation'), 'invitation');
    const body = { token, password: PASSWORD, first_name: 'Ada', name: 'Lovelace' };
    const { account_created } = expectStatus(200, await server.api.post('/v1/invitations/accept', body)).body;
    expect(account_created).toBe(true);
    expect((await signIn(server, email, PASSWORD)).user.id).not.toBe(before.user.id);
  });
});

it('somebody whose account is suspended is not invited, with the reason', async () => {
  const person = await signUp(server);
  expectStatus(200, await act(person, 'suspend'));
  const { id } = await createProject(server, owner.auth);
  const organization = expectStatus(
    201,
    await server.api.post('/v1/organizations', { name: 'Acme' }, owner),
  ).body;
  for (const path of [`/v1/projects/${id}/invitations`, `/v1/organizations/${organization.id}/invitations`]) {
    const answer = await server.api.post(path, { email: person.user.email }, owner);
    expect(codeOf(answer)).toEqual([409, 'invitee_suspended']);
    expect(answer.body.error.param).toBe('email');
  }
});
