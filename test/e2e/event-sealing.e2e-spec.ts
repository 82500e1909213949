import { createKey, createProject, signUp } from '../support/people.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server?.stop());

it('numbers the entries of each project from 1, within seconds and without gaps', async () => {
  const person = await signUp(server);
  const projects = [await createProject(server, person.auth), await createProject(server, person.auth)];
  for (const project of projects) {
    for (const name of ['one', 'two', 'three']) await createKey(server, person.auth, project.id, { name });
  }
  for (const project of projects) {
    const sequences = await waitFor('every entry to be sealed', async () => {
      const { body } = await server.api.get(`/v1/projects/${project.id}/events`, { auth: person.auth });
      const found = (body.items as { sequence: number | null }[]).map(event => event.sequence);
      return found.includes(null) ? undefined : found;
    });
    expect(sequences).toEqual([4, 3, 2, 1]);
  }
});
