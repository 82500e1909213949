import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Purging } from '../../src/kernel/facets/purging.js';
import { MediaSweep } from '../../src/modules/media/media-sweep.service.js';
import { codeOf } from '../support/answers.js';
import { S3_KEY, S3Server } from '../support/s3-server.js';
import { expectStatus, type Person, type Project, Scene, write } from '../support/scene.js';
import { pathOf, upload, uploaded } from '../support/uploads.js';
import { waitFor } from '../support/wait-for.js';

/** Larger than a part of a multipart upload. */
const LARGE = 20_000_000;

/** A server and its storage, looked into from outside. */
interface Store {
  scene: Scene;
  /** The names under which the storage keeps anything, whole or not. */
  names(): Promise<string[]>;
  stop(): Promise<void>;
}

async function onDisk(): Promise<Store> {
  const scene = await Scene.open();
  const folder = join(scene.server.dataDir, 'storage');
  const names = async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.filter(entry => entry.isFile()).map(entry => entry.name);
  };
  return { scene, names, stop: () => scene.close() };
}

let s3: S3Server;

async function onS3(): Promise<Store> {
  s3 = await new S3Server().start();
  process.env.AWS_ACCESS_KEY_ID = S3_KEY.id;
  process.env.AWS_SECRET_ACCESS_KEY = S3_KEY.secret;
  const scene = await Scene.open({ S3_URL: s3.url, LOG_LEVEL: 'fatal' });
  const names = async () => [...s3.objects.keys(), ...[...s3.uploads.values()].map(({ key }) => key)];
  const stop = async () => {
    await scene.close();
    await s3.stop();
  };
  return { scene, names, stop };
}

describe.each([
  ['on disk', onDisk],
  ['in an S3-compatible store', onS3],
])('media %s', (_name, open) => {
  let store: Store;
  let scene: Scene;
  let owner: Person;
  let project: Project;
  beforeAll(async () => {
    store = await open();
    ({ scene } = store);
    owner = await scene.owner();
  });
  beforeEach(async () => (project = await scene.project()));
  afterAll(() => store?.stop());

  const media = (tail = '') => `/v1/projects/${project.id}/media${tail}`;
  const of = async (query = {}) => (await scene.api.get(media(), { ...owner, query })).body.items;
  /** What the storage has of this project's. */
  const kept = async () => {
    const own = await Promise.all([undefined, 'deleted'].map(status => of(status ? { status } : {})));
    const ids = new Set(own.flat().map((item: any) => item.id));
    return (await store.names()).filter(name => ids.has(name.split('/').at(-1)!));
  };

  it('come back byte for byte, whole and in part, and nothing is kept twice', async () => {
    const bytes = randomBytes(LARGE);
    const file = await uploaded(scene.api, project.id, owner, { bytes, before: { visibility: 'public' } });
    expect(file).toMatchObject({ size: LARGE, content_type: 'application/octet-stream' });
    const fetched = async (headers = {}) => {
      const answer = await fetch(new URL(pathOf(file.url), scene.server.url), { headers });
      return Buffer.from(await answer.arrayBuffer());
    };
    expect((await fetched()).equals(bytes)).toBe(true);
    expect(
      (await fetched({ range: 'bytes=8000000-16000001' })).equals(bytes.subarray(8_000_000, 16_000_002)),
    ).toBe(true);
    expect((await fetched({ range: 'bytes=-10' })).equals(bytes.subarray(-10))).toBe(true);
    const before = (await store.names()).length;
    expect((await upload(scene.api, project.id, owner, { bytes })).status).toBe(200);
    expect(await store.names()).toHaveLength(before);
    expect(await kept()).toHaveLength(1);
  });

  it('leave nothing when their sender goes away', async () => {
    const { hostname, port } = new URL(scene.server.url);
    const before = await store.names();
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    const head = [
      `POST ${media()} HTTP/1.1`,
      'host: x',
      `authorization: ${owner.auth}`,
      'content-type: multipart/form-data; boundary=x',
      'content-length: 20000000',
    ];
    socket.write(
      `${head.join('\r\n')}\r\n\r\n--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n`,
    );
    socket.write(randomBytes(9_000_000));
    await waitFor('the upload to be seen', async () => (await of({ status: 'processing' })).length);
    socket.destroy();
    await once(socket, 'close');
    await waitFor('the upload to be gone', async () => (await of({ status: 'processing' })).length === 0);
    await waitFor('its bytes to be gone', async () => (await store.names()).length === before.length);
    expect(await store.names()).toEqual(before);
    expect(await of()).toEqual([]);
  });

  it('are swept when a process left them: rows with what they have of bytes', async () => {
    const file = await uploaded(scene.api, project.id, owner, { bytes: 'left' });
    await scene.server.app.get(MediaSweep, { strict: false }).sweepRows();
    expect(await kept()).toHaveLength(1);
    await write(scene.server, db =>
      db.query("UPDATE media_files SET status = 'processing', lease_until = ? WHERE id = ?", [
        '2020-01-01 00:00:00.000',
        file.id,
      ]),
    );
    expect(await of({ status: 'processing' })).toEqual([]);
    await scene.server.app.get(MediaSweep, { strict: false }).sweepRows();
    expect(await store.names()).not.toContainEqual(expect.stringContaining(file.id));
    expect(codeOf(await scene.api.get(media(`/${file.id}`), owner))).toEqual([404, 'not_found']);
  });

  it('are swept when no row knows them, once they are old', async () => {
    const file = await uploaded(scene.api, project.id, owner, { bytes: 'orphan' });
    const other = await uploaded(scene.api, project.id, owner, { bytes: 'known' });
    await write(scene.server, db => db.query('DELETE FROM media_files WHERE id = ?', [file.id]));
    const sweep = scene.server.app.get(MediaSweep, { strict: false });
    await sweep.sweepBlobs();
    expect(await store.names()).toContainEqual(expect.stringContaining(file.id));
    await sweep.sweepBlobs(new Date(Date.now() + 2 * 60 * 60_000));
    expect(await store.names()).not.toContainEqual(expect.stringContaining(file.id));
    expect(await store.names()).toContainEqual(expect.stringContaining(other.id));
  });

  it('are purged when retention asks for it', async () => {
    const files = [];
    for (const bytes of ['a', 'bb', 'ccc'])
      files.push(await uploaded(scene.api, project.id, owner, { bytes }));
    for (const { id } of files.slice(0, 2))
      expectStatus(200, await scene.api.delete(media(`/${id}`), undefined, owner));
    const purge = scene.server.app.get(Purging, { strict: false }).get('deleted_media')!;
    const ctx = RequestContext.system('test', 'req_test');
    const [past, future] = [new Date(Date.now() - 60_000), new Date(Date.now() + 60_000)];
    expect([
      await purge.count(ctx, project.id, past),
      await purge.deleteBatch(ctx, project.id, past, 10),
    ]).toEqual([0, 0]);
    expect(await purge.count(ctx, project.id, future)).toBe(2);
    expect(await purge.deleteBatch(ctx, project.id, future, 1)).toBe(1);
    expect(await kept()).toHaveLength(2);
    expect(await purge.deleteBatch(ctx, project.id, future, 10)).toBe(1);
    expect(await purge.deleteBatch(ctx, project.id, future, 10)).toBe(0);
    expect(await kept()).toHaveLength(1);
    const restored = await scene.api.patch(media(`/${files[0].id}`), { status: 'active' }, owner);
    expect(codeOf(restored)).toEqual([404, 'not_found']);
    const { counts, total_size } = (await scene.api.get(media(), owner)).body;
    expect([counts, total_size]).toEqual([{ all: 1, active: 1, suspended: 0, deleted: 0 }, 3]);
  });
});

describe('an S3-compatible store that is away', () => {
  let store: Store;
  let scene: Scene;
  beforeAll(async () => {
    store = await onS3();
    ({ scene } = store);
  });
  afterAll(() => store?.stop());

  it.each([503, 403, 404, 'gone'] as const)('is answered 503, and nothing is left: %s', async how => {
    const owner = await scene.owner();
    const project = await scene.project();
    const file = await uploaded(scene.api, project.id, owner, {
      bytes: 'there',
      before: { visibility: 'public' },
    });
    if (how === 'gone') await s3.stop();
    else s3.broken = how;
    try {
      for (const bytes of ['small', randomBytes(LARGE)]) {
        const answer = await upload(scene.api, project.id, owner, { bytes });
        expect(codeOf(answer)).toEqual([503, 'storage_unavailable']);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      const read = await scene.api.get(pathOf(file.url));
      expect([...codeOf(read), read.headers.get('cache-control')]).toEqual([
        503,
        'storage_unavailable',
        'no-store',
      ]);
      expect((await scene.api.get(`/v1/projects/${project.id}/media`, owner)).body.total_count).toBe(1);
    } finally {
      s3.broken = null;
      if (how === 'gone') await s3.start();
    }
    expect((await scene.api.get(pathOf(file.url))).body).toBe('there');
    expect(await uploaded(scene.api, project.id, owner, { bytes: 'small' })).toMatchObject({ size: 5 });
  });
});

it('on disk, files are for the owner of the process alone, and named by ids', async () => {
  const store = await onDisk();
  try {
    const { scene } = store;
    const owner = await scene.owner();
    const project = await scene.project();
    const names = [
      '../../../etc/passwd',
      'a/b\\c',
      '..',
      '.',
      'CON',
      'x'.repeat(255),
      '<script>.html',
      '%2e%2e%2f',
      '🦊',
    ];
    for (const name of names) {
      const bytes = `bytes of ${name}`;
      const file = await uploaded(scene.api, project.id, owner, {
        bytes,
        after: { name, visibility: 'public' },
      });
      expect(file.name).toBe(name);
      const answer = await scene.api.get(pathOf(file.url));
      expect([answer.status, answer.body]).toEqual([200, bytes]);
    }
    const folder = join(scene.server.dataDir, 'storage');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect(mode & 0o777).toBe(entry.isDirectory() ? 0o700 : 0o600);
      expect(entry.name).toMatch(/^(?:media|prj_[0-9a-z]{26}|med_[0-9a-z]{26})$/);
    }
    expect(entries.filter(entry => entry.isFile())).toHaveLength(names.length);
  } finally {
    await store.stop();
  }
});
