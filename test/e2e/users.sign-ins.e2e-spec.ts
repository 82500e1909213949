import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { UserService } from '../../src/modules/users/user.service.js';
import { freshDirectory } from '../support/lane.js';
import { mmdb } from '../support/mmdb.js';
import { admin, expectStatus, PASSWORD, type Person, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map(folder => rm(folder, { recursive: true }))));

async function database(): Promise<string> {
  const folder = await freshDirectory();
  folders.push(folder);
  const file = join(folder, 'places.mmdb');
  const berlin = { city: { names: { en: 'Berlin' } }, country: { iso_code: 'DE' } };
  const content = mmdb({
    '203.0.113.0/24': berlin,
    '198.51.100.0/25': { country: { iso_code: 'FR' } },
    '192.0.2.7/32': { registered_country: { iso_code: 'NO' } },
    '2001:db8::/32': { city: { names: { en: 'Zürich' } }, country: { iso_code: 'CH' } },
  });
  await writeFile(file, content);
  return file;
}

async function start(environment: Record<string, string>): Promise<[TestServer, Person]> {
  const server = await startServer(environment);
  return [server, await signUp(server)];
}

/** Signs in again, as a browser whose request has these headers; answers the session. */
async function signIn(server: TestServer, { user }: Person, headers: Record<string, string>) {
  const body = { email: user.email, password: PASSWORD };
  const options = { headers: { 'user-agent': FIREFOX, ...headers } };
  return expectStatus(201, await server.api.post('/v1/sessions', body, options)).body;
}

describe('with a database of locations, behind a proxy', () => {
  let server: TestServer;
  let ada: Person;

  beforeAll(async () => {
    [server, ada] = await start({ GEOIP_DATABASE: await database(), TRUST_PROXY: '127.0.0.1' });
  });
  afterAll(() => server?.stop());

  it.each([
    ['203.0.113.7', 'Berlin, DE'],
    ['::ffff:203.0.113.7', 'Berlin, DE'],
    ['198.51.100.1', 'FR'],
    ['198.51.100.200', null],
    ['192.0.2.7', 'NO'],
    ['192.0.2.8', null],
    ['2001:db8::1', 'Zürich, CH'],
    ['2001:db9::1', null],
  ])('knows %s as %s', async (ip, location) => {
    const { session } = await signIn(server, ada, { 'x-forwarded-for': ip });
    expect(session).toMatchObject({
      ip: ip.replace('::ffff:', ''),
      location,
      device: 'Firefox 144 on Windows',
    });
  });

  it('shows it among the sessions, in the event log and as the last sign-in, which outlives the session', async () => {
    const { token, session } = await signIn(server, ada, { 'x-forwarded-for': '203.0.113.9' });
    const auth = `Bearer ${token}`;
    const { items } = expectStatus(200, await server.api.get('/v1/sessions', { auth })).body;
    expect(items.find((item: any) => item.current)).toMatchObject({ id: session.id, location: 'Berlin, DE' });
    const root = await admin(server);
    const events = await server.api.get('/v1/events', {
      auth: root.auth,
      query: { type: 'user.signed_in', target_id: ada.user.id },
    });
    expect(events.body.items[0].changes.location).toEqual({ before: null, after: 'Berlin, DE' });
    expectStatus(200, await server.api.delete('/v1/sessions/current', undefined, { auth }));

    const last = { at: session.created_at, device: 'Firefox 144 on Windows', location: 'Berlin, DE' };
    const ctx = RequestContext.system('test', 'req_test');
    const found = await server.app.get(UserService).lastSignIns(ctx, [ada.user.id, root.user.id, 'usr_none']);
    expect([...found.keys()].sort()).toEqual([ada.user.id, root.user.id].sort());
    expect(found.get(ada.user.id)).toEqual(last);
    const { body } = await server.api.get(`/v1/users/${ada.user.id}`, { auth: root.auth });
    expect(body.last_sign_in).toEqual(last);
  });
});

describe('with a country header', () => {
  let server: TestServer;
  let ada: Person;

  beforeAll(async () => {
    [server, ada] = await start({ COUNTRY_HEADER: 'CF-IPCountry', TRUST_PROXY: '127.0.0.0/8,::1' });
  });
  afterAll(() => server?.stop());

  it.each([
    ['JP', 'JP'],
    ['jp', 'JP'],
    ['XX', null],
    ['T1', null],
    ['Berlin', null],
    ['', null],
  ])('takes %j as %j', async (header, location) => {
    const { session } = await signIn(server, ada, { 'cf-ipcountry': header });
    expect(session.location).toBe(location);
  });

  it('knows nothing without it', async () => {
    expect((await signIn(server, ada, {})).session.location).toBeNull();
  });
});

it('believes the header of a trusted proxy only', async () => {
  const [server, ada] = await start({ COUNTRY_HEADER: 'cf-ipcountry', TRUST_PROXY: '192.0.2.1' });
  try {
    expect((await signIn(server, ada, { 'cf-ipcountry': 'JP' })).session.location).toBeNull();
  } finally {
    await server.stop();
  }
});

it('falls back to the header for what the database does not know', async () => {
  const [server, ada] = await start({
    GEOIP_DATABASE: await database(),
    COUNTRY_HEADER: 'cf-ipcountry',
    TRUST_PROXY: '127.0.0.1',
  });
  try {
    const from = (ip: string) => signIn(server, ada, { 'cf-ipcountry': 'JP', 'x-forwarded-for': ip });
    expect((await from('203.0.113.7')).session.location).toBe('Berlin, DE');
    expect((await from('8.8.8.8')).session.location).toBe('JP');
  } finally {
    await server.stop();
  }
});

it('knows nothing without configuration', async () => {
  const [server, ada] = await start({});
  try {
    const { session } = await signIn(server, ada, { 'cf-ipcountry': 'JP', 'x-forwarded-for': '203.0.113.7' });
    expect(session).toMatchObject({ location: null, ip: '127.0.0.1' });
  } finally {
    await server.stop();
  }
});
