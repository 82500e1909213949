import { createKey, createProject, signUp } from '../support/people.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ PROMOTION_REVIEW: 'off' });
});
afterAll(() => server.stop());

it('with PROMOTION_REVIEW=off everybody may create production projects, whose keys begin with bw_live_', async () => {
  const ada = await signUp(server);
  const project = await createProject(server, ada.auth, { environment: 'production' });
  expect(project.environment).toBe('production');
  const { secret, api_key } = await createKey(server, ada.auth, project.id);
  expect(secret).toMatch(/^bw_live_[0-9A-Za-z]{38}$/);
  expect(api_key.preview).toBe(`bw_live_…${secret.slice(-4)}`);
});
